import Testing

@testable import Histories

/// What the checks by revision find.
struct RevisionTests {
    private var writer = HistoryWriter()

    private func pair(_ value: String, _ mod: Int64, _ create: Int64, _ version: Int64) -> Pair {
        HistoryWriter.pair(value, mod, create: create, version: version)
    }

    @Test mutating func aRevisionIsGivenOnce() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("l", "b", 15, 25, 2)
        #expect(writer.brokenRules == [.revisionOrder])
    }

    @Test mutating func aLaterWriteHasAHigherRevision() {
        writer.put("k", "a", 10, 20, 3)
        writer.put("l", "b", 30, 40, 2)
        #expect(writer.brokenRules == [.revisionOrder])
    }

    @Test mutating func concurrentWritesHaveRevisionsInAnyOrder() {
        writer.put("k", "a", 10, 30, 3)
        writer.put("l", "b", 30, 40, 2)
        #expect(writer.report == "")
    }

    /// The keys differ, so no key alone shows it.
    @Test mutating func aReadOfAnotherKeyMayNotBeOlder() {
        writer.put("k", "a", 10, 20, 3)
        writer.get("l", nil, 30, 40, 2)
        #expect(writer.brokenRules == [.revisionOrder])
    }

    @Test mutating func anUnknownWriteHasTheRevisionThatWasSeen() {
        writer.put("k", "a", 30, 40, .unknown)
        writer.put("l", "b", 10, 20, 3)
        writer.get("k", pair("a", 2, 2, 1), 50, 60, 3)
        #expect(writer.brokenRules == [.revisionOrder])
    }

    @Test mutating func anOldRevisionShowsWhatItHeld() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, 3)
        writer.get("k", pair("a", 2, 2, 1), 50, 60, 3, .atRevision(2))
        #expect(writer.report == "")
        writer.get("k", pair("b", 3, 2, 2), 50, 60, 3, .atRevision(2))
        #expect(writer.brokenRules == [.stateAtRevision])
    }

    @Test mutating func anOldRevisionDoesNotLoseAKey() {
        writer.put("k", "a", 10, 20, 2)
        writer.delete("k", found: true, 30, 40, 3)
        writer.get("k", nil, 50, 60, 3, .atRevision(3))
        #expect(writer.report == "")
        writer.get("k", nil, 50, 60, 3, .atRevision(2))
        #expect(writer.brokenRules == [.stateAtRevision])
    }

    /// A sequential read is checked at its own revision, however old that is.
    @Test mutating func aSequentialReadShowsWhatItsRevisionHeld() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, 3)
        writer.get("k", pair("a", 2, 2, 1), 50, 60, 3, .sequential(sinceRevision: 0))
        #expect(writer.brokenRules == [.stateAtRevision])
    }

    @Test mutating func aSequentialReadIsNotOlderThanItsToken() {
        writer.put("k", "a", 10, 20, 2)
        writer.put("k", "b", 30, 40, 3)
        writer.get("k", pair("b", 3, 2, 2), 50, 60, 3, .sequential(sinceRevision: 3))
        #expect(writer.report == "")
        writer.get("k", pair("a", 2, 2, 1), 70, 80, 2, .sequential(sinceRevision: 3))
        #expect(writer.brokenRules == [.sequentialReads])
    }

    @Test mutating func whatNobodyWroteIsNotShown() {
        writer.get("k", pair("a", 2, 2, 1), 50, 60, 3, .sequential(sinceRevision: 0))
        #expect(writer.brokenRules == [.knownWriter])
    }

    @Test mutating func whatWasRefusedIsNotShown() {
        writer.put("k", "a", 10, 20, .refused)
        writer.get("k", pair("a", 2, 2, 1), 50, 60, 3, .sequential(sinceRevision: 0))
        #expect(writer.brokenRules == [.refusedAbsent])
    }

    @Test mutating func oneRevisionIsNotTwoThings() {
        writer.put("k", "a", 10, 20, .unknown)
        writer.get("k", pair("a", 2, 2, 1), 50, 60, 2, .sequential(sinceRevision: 0))
        writer.get("k", pair("a", 2, 2, 2), 50, 60, 2, .sequential(sinceRevision: 0))
        #expect(writer.brokenRules == [.stateAtRevision])
    }

    @Test mutating func aTransactionSeesItsKeysTogether() {
        let keys = ["x", "y"].map(HistoryWriter.bytes)
        let both = Transaction(success: keys.map { .put(key: $0, value: HistoryWriter.bytes("1")) })
        writer.done(.transaction(both), 10, 90, 2, .transaction(succeeded: true, [.put, .put]))
        let reads = Action.transaction(Transaction(success: keys.map { .get(key: $0) }))
        let one = pair("1", 2, 2, 1)
        writer.done(reads, 20, 30, 1, .transaction(succeeded: true, [.read(nil), .read(nil)]))
        writer.done(reads, 40, 50, 2, .transaction(succeeded: true, [.read(one), .read(one)]))
        #expect(writer.report == "")
        writer.done(reads, 60, 70, 2, .transaction(succeeded: true, [.read(one), .read(nil)]))
        #expect(writer.brokenRules.contains(.stateAtRevision))
    }

    /// Both found the other's key missing: each key has an order, both together have none.
    @Test mutating func writeSkewIsFound() {
        let keys = ["x", "y"].map(HistoryWriter.bytes)
        for (read, written) in [(0, 1), (1, 0)] {
            let transaction = Transaction(
                conditions: [.init(keys[read], .isAbsent)],
                success: [.put(key: keys[written], value: HistoryWriter.bytes("\(read)"))])
            writer.done(
                .transaction(transaction), 10, 50, Int64(2 + read),
                .transaction(succeeded: true, [.put]))
        }
        #expect(writer.brokenRules == [.stateAtRevision])
    }

    @Test mutating func aConditionOnARevisionIsChecked() {
        writer.put("k", "a", 10, 20, 2)
        let transaction = Transaction(
            conditions: [.init(HistoryWriter.bytes("k"), .modRevision(2))],
            success: [.put(key: HistoryWriter.bytes("k"), value: HistoryWriter.bytes("b"))])
        writer.done(.transaction(transaction), 30, 40, 3, .transaction(succeeded: true, [.put]))
        #expect(writer.report == "")
        writer.done(.transaction(transaction), 50, 60, 4, .transaction(succeeded: true, [.put]))
        #expect(writer.brokenRules == [.stateAtRevision])
    }

    @Test mutating func aDeletionSaysWhetherItFoundItsKey() {
        writer.put("k", "a", 10, 20, 2)
        writer.delete("k", found: false, 30, 40, 2)
        #expect(writer.brokenRules == [.stateAtRevision, .linearizability])
    }
}
