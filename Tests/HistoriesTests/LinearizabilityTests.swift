import Testing

@testable import Histories

/// Histories of one key whose order does or does not exist, whatever their revisions say.
struct LinearizabilityTests {
    private var writer = HistoryWriter()

    private func isLinearizable() -> Bool { !writer.brokenRules.contains(.linearizability) }

    @Test mutating func aReadMaySeeAConcurrentWriteOrNot() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 60, 3)
        writer.get("k", HistoryWriter.pair("a", 2), 35, 40, 2)
        writer.get("k", HistoryWriter.pair("b", 3, create: 2, version: 2), 45, 50, 3)
        #expect(writer.report == "")
    }

    @Test mutating func aStaleReadIsFound() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, 3)
        writer.get("k", HistoryWriter.pair("a", 2), 50, 60, 2)
        #expect(!isLinearizable())
    }

    /// The revisions tell a fine story: the read claims to have been answered before the write.
    @Test mutating func aStaleReadIsFoundThoughItsRevisionsFit() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, 30)
        writer.get("k", HistoryWriter.pair("a", 2), 50, 60, 29)
        #expect(!isLinearizable())
    }

    @Test mutating func twoReadsMayNotGoBack() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 100, .unknown)
        writer.get("k", HistoryWriter.pair("b", 3, create: 2, version: 2), 40, 50, 3)
        writer.get("k", HistoryWriter.pair("a", 2), 60, 70, 2)
        #expect(!isLinearizable())
    }

    @Test mutating func anUnknownWriteMayRunLongAfterItsClientGaveUp() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, .unknown)
        writer.get("k", HistoryWriter.pair("a", 2), 50, 60, 2)
        writer.get("k", HistoryWriter.pair("b", 3, create: 2, version: 2), 70, 80, 3)
        #expect(writer.report == "")
    }

    @Test mutating func anUnknownWriteMayNeverRun() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, .unknown)
        writer.get("k", HistoryWriter.pair("a", 2), 50, 60, 2)
        #expect(writer.report == "")
    }

    @Test mutating func anUnknownWriteMayNotRunTwice() {
        writer.put("k", "a", 10, 20, .unknown)
        writer.get("k", HistoryWriter.pair("a", 2), 30, 40, 2)
        writer.delete("k", found: true, 50, 60, 3)
        writer.get("k", HistoryWriter.pair("a", 4), 70, 80, 4)
        #expect(!isLinearizable())
    }

    @Test mutating func anUnknownWriteMayNotRunBeforeItBegan() {
        writer.get("k", HistoryWriter.pair("a", 2), 10, 20, 2)
        writer.put("k", "a", 30, 40, .unknown)
        #expect(!isLinearizable())
    }

    @Test mutating func aRefusedWriteMayNotBeSeen() {
        writer.put("k", "a", 10, 20, .refused)
        writer.get("k", HistoryWriter.pair("a", 2), 30, 40, 2)
        #expect(!isLinearizable())
    }

    /// Something unseen must have stood between: an unknown write explains it, its absence does not.
    @Test(arguments: [true, false]) mutating func aFailedSwapNeedsAReason(_ hasReason: Bool) {
        writer.put("k", "a", 10, 20, 2)
        if hasReason { writer.put("k", "b", 15, 25, .unknown) }
        writer.done(
            .compareAndSet(
                key: HistoryWriter.bytes("k"), expected: HistoryWriter.bytes("a"),
                value: HistoryWriter.bytes("c")),
            30, 40, 3, .swapped(false))
        #expect(isLinearizable() == hasReason)
    }

    @Test mutating func twoSwapsFromOneValueAreOneTooMany() {
        let action = { (value: String) in
            Action.compareAndSet(
                key: HistoryWriter.bytes("k"), expected: nil, value: HistoryWriter.bytes(value))
        }
        writer.done(action("a"), 10, 40, 2, .swapped(true))
        writer.done(action("b"), 20, 30, 3, .swapped(true))
        #expect(!isLinearizable())
    }

    @Test mutating func appendsAreSeenInOneOrder() {
        writer.append("k", "<1>", 10, 40, 2)
        writer.append("k", "<2>", 10, 40, 3)
        writer.append("k", "<3>", 10, 40, .unknown)
        writer.get("k", HistoryWriter.pair("<2><1>", 3, create: 2, version: 2), 20, 30, 3)
        writer.get("k", HistoryWriter.pair("<2><1><3>", 4, create: 2, version: 3), 50, 60, 4)
        #expect(isLinearizable())
        writer.get("k", HistoryWriter.pair("<1><2><3>", 4, create: 2, version: 3), 70, 80, 4)
        #expect(!isLinearizable())
    }

    @Test mutating func theFinalContentIsAReadAfterEverything() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, 3)
        writer.view(0, 3, [("k", HistoryWriter.pair("a", 2))])
        #expect(writer.brokenRules.isSuperset(of: [.linearizability, .acknowledgedPresent]))
    }

    @Test mutating func aSequentialReadMayBeOld() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, 3)
        writer.get(
            "k", HistoryWriter.pair("a", 2), 50, 60, 2, .sequential(sinceRevision: 0))
        #expect(writer.report == "")
    }
}
