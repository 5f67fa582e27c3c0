import Testing

@testable import Histories

/// Effects that are lost, doubled, or differ between the nodes.
struct EffectTests {
    private var writer = HistoryWriter()

    private func list(_ value: String, _ mod: Int64, _ version: Int64) -> Pair {
        HistoryWriter.pair(value, mod, create: 2, version: version)
    }

    /// Nobody was shown that the key is absent, but a value that begins anew tells of it.
    @Test mutating func anUnknownDeleteExplainsAValueThatBeginsAnew() {
        let key = HistoryWriter.bytes("k")
        writer.append("k", "<1>", 1, 5, .unknown)
        writer.done(
            .append(key: key, token: HistoryWriter.bytes("<2>")), 10, 20, 3,
            .appended(HistoryWriter.pair("<1><2>", 3, create: 2, version: 2)))
        writer.add(.delete(key: key), 30, 40, .unknown)
        writer.append("k", "<3>", 50, 60, .unknown)
        writer.done(
            .append(key: key, token: HistoryWriter.bytes("<4>")), 70, 80, 6,
            .appended(HistoryWriter.pair("<3><4>", 6, create: 5, version: 2)))
        #expect(writer.report == "")
    }

    @Test mutating func appendsThatAreAllThereBreakNothing() {
        writer.append("k", "<1>", 10, 20, 2)
        writer.append("k", "<2>", 30, 40, .unknown)
        writer.append("k", "<3>", 50, 60, 4)
        writer.append("k", "<4>", 50, 60, .refused)
        writer.view(0, 4, [("k", list("<1><2><3>", 4, 3))])
        writer.view(1, 4, [("k", list("<1><2><3>", 4, 3))])
        #expect(writer.report == "")
    }

    @Test mutating func anAcknowledgedAppendIsLost() {
        writer.append("k", "<1>", 10, 20, 2)
        writer.append("k", "<2>", 30, 40, 3)
        writer.view(0, 3, [("k", list("<1>", 2, 1))])
        #expect(writer.brokenRules.contains(.acknowledgedPresent))
    }

    @Test mutating func anAppendRanTwice() {
        writer.append("k", "<1>", 10, 20, 2)
        writer.append("k", "<2>", 30, 40, .unknown)
        writer.view(0, 4, [("k", list("<1><2><2>", 4, 3))])
        #expect(writer.brokenRules.contains(.exactlyOnce))
    }

    @Test mutating func aRefusedAppendRan() {
        writer.append("k", "<1>", 10, 20, 2)
        writer.append("k", "<2>", 30, 40, .refused)
        writer.append("k", "<3>", 50, 60, 4)
        writer.view(0, 4, [("k", list("<1><2><3>", 4, 3))])
        #expect(writer.brokenRules.contains(.refusedAbsent))
    }

    @Test mutating func nobodyAppendedThis() {
        writer.append("k", "<1>", 10, 20, 3)
        writer.view(0, 3, [("k", list("<9><1>", 3, 2))])
        #expect(writer.brokenRules.contains(.knownWriter))
    }

    @Test mutating func aListOnlyGrows() {
        writer.append("k", "<1>", 10, 20, 2)
        writer.append("k", "<2>", 10, 20, 3)
        writer.append("k", "<3>", 10, 20, 4)
        let old = Reading.sequential(sinceRevision: 0)
        writer.get("k", list("<1><2>", 3, 2), 30, 40, 3, old)
        #expect(writer.report == "")
        writer.get("k", list("<2><1><3>", 4, 3), 30, 40, 4, old)
        #expect(writer.brokenRules == [.stateAtRevision])
    }

    /// The second run is hidden by an equal value; the key's version betrays it.
    @Test mutating func aPutRanTwice() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, 3)
        writer.view(0, 4, [("k", HistoryWriter.pair("b", 3, create: 2, version: 3))])
        #expect(writer.brokenRules == [.exactlyOnce])
    }

    @Test mutating func aPutRanAgainLater() {
        writer.put("k", "a", 10, 20, 2)
        writer.view(0, 3, [("k", HistoryWriter.pair("a", 3, create: 2, version: 2))])
        #expect(writer.brokenRules == [.exactlyOnce])
    }

    @Test mutating func aKeyIsLost() {
        writer.put("k", "a", 10, 20, 2)
        writer.view(0, 2, [])
        #expect(writer.brokenRules.contains(.acknowledgedPresent))
    }

    @Test mutating func anUnknownDeletionMayBeTheReason() {
        writer.put("k", "a", 10, 20, 2)
        writer.add(.delete(key: HistoryWriter.bytes("k")), 30, 40, .unknown)
        writer.view(0, 3, [])
        #expect(writer.report == "")
    }

    @Test mutating func theFinalContentIsNotOlderThanTheLastAnswer() {
        writer.put("k", "a", 10, 20, 5)
        writer.view(0, 4, [("k", HistoryWriter.pair("a", 5))])
        #expect(writer.brokenRules.contains(.acknowledgedPresent))
    }

    @Test mutating func nodesDiffer() {
        writer.put("k", "a", 10, 20, .unknown)
        writer.view(0, 2, [("k", HistoryWriter.pair("a", 2))])
        writer.view(1, 2, [])
        #expect(writer.brokenRules.contains(.equalNodes))
    }

    /// One key in a transaction was seen, so the other one was written too.
    @Test mutating func aTransactionIsWhole() {
        let keys = ["x", "y"].map(HistoryWriter.bytes)
        let both = Transaction(
            success: keys.map { .put(key: $0, value: HistoryWriter.bytes("1")) })
        writer.add(.transaction(both), 10, 20, .unknown)
        writer.view(0, 2, [("x", HistoryWriter.pair("1", 2))])
        #expect(writer.brokenRules == [.acknowledgedPresent])
    }
}
