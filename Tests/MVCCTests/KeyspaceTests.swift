import MVCC
import Testing

/// The contract's boxes on revisions, compaction and history, one by one.
struct KeyspaceTests {
    let keyspace = Keyspace()
    let key = Array("key".utf8)

    func put(_ key: [UInt8], _ value: [UInt8] = [1], lease: Int64 = 0) {
        var transaction = keyspace.beginWrite()
        transaction.put(key, value: value, lease: lease)
        transaction.end()
    }

    func delete(_ interval: KeyInterval) {
        var transaction = keyspace.beginWrite()
        transaction.delete(interval)
        transaction.end()
    }

    func changes(from start: Int64) throws -> [Change] {
        var found: [Change] = []
        _ = try keyspace.changes(from: start) { found.append($0) }
        return found
    }

    @Test func emptyStoreIsAtRevisionOneAndTheFirstWriteGivesTwo() {
        #expect(keyspace.revision == 1)
        put(key)
        #expect(keyspace.revision == 2)
        let state = keyspace.state(of: key, at: 2)
        #expect(
            state
                == KeyState(
                    value: [1], createRevision: 2, modRevision: 2, version: 1, lease: 0))
        #expect(keyspace.state(of: key, at: 1) == nil)
    }

    @Test func anEqualPutMakesARevision() {
        put(key)
        put(key)
        #expect(keyspace.revision == 3)
        #expect(keyspace.state(of: key, at: 3)?.version == 2)
        #expect(keyspace.state(of: key, at: 3)?.createRevision == 2)
    }

    @Test func nothingChangedMakesNoRevision() {
        delete(.unbounded(lower: []))
        keyspace.beginWrite().end()
        #expect(keyspace.revision == 1)
    }

    @Test func oneTransactionIsOneRevisionWithSubRevisionsInOrder() throws {
        var transaction = keyspace.beginWrite()
        transaction.put([3], value: [1])
        transaction.put([1], value: [2])
        transaction.put([2], value: [3])
        #expect(transaction.end() == 2)
        delete(.unbounded(lower: []))
        let all = try changes(from: 1)
        #expect(
            all.map(\.revision)
                == [(2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2)].map {
                    Revision(main: $0.0, sub: $0.1)
                })
        #expect(all.map(\.key) == [[3], [1], [2], [1], [2], [3]])
    }

    @Test func deleteResetsVersionAndCreateRevision() {
        put(key)
        put(key)
        delete(.single(key))
        #expect(keyspace.state(of: key, at: 4) == nil)
        put(key, lease: 7)
        #expect(
            keyspace.state(of: key, at: 5)
                == KeyState(value: [1], createRevision: 5, modRevision: 5, version: 1, lease: 7))
        #expect(keyspace.state(of: key, at: 3)?.version == 2)
    }

    @Test func deleteEventHasTheKeyAndItsRevisionOnly() throws {
        put(key, [9])
        delete(.single(key))
        let event = try #require(try changes(from: 3).first)
        #expect(event.state == nil)
        #expect(event.revision.main == 3)
        #expect(event.previous?.value == [9])
    }

    @Test func openTransactionIsVisibleToItselfOnly() {
        put(key, [1])
        var transaction = keyspace.beginWrite()
        #expect(transaction.readRevision == 2)
        transaction.put(key, value: [2])
        transaction.put([1], value: [2])
        #expect(transaction.readRevision == 3)
        #expect(keyspace.revision == 2)
        #expect(keyspace.state(of: key, at: keyspace.revision)?.value == [1])
        #expect(keyspace.count(in: .unbounded(lower: []), at: keyspace.revision) == 1)
        #expect(keyspace.state(of: key, at: transaction.revision)?.value == [2])
        #expect(keyspace.count(in: .unbounded(lower: []), at: transaction.revision) == 2)
        transaction.delete(.single([1]))
        #expect(keyspace.state(of: [1], at: transaction.revision) == nil)
        let visible = try? changes(from: 1)
        #expect(visible?.count == 1)
        transaction.end()
        #expect(keyspace.revision == 3)
        #expect(keyspace.state(of: key, at: 3)?.value == [2])
    }

    @Test func compactedRevisionItselfIsReadable() throws {
        for value: UInt8 in 1...5 { put(key, [value]) }
        try keyspace.compact(to: 4)
        for _ in 0..<2 {
            #expect(keyspace.state(of: key, at: 4)?.value == [3])
            #expect(keyspace.state(of: key, at: 5)?.value == [4])
            #expect(try keyspace.readRevision(4) == 4)
            #expect(throws: KeyspaceError.compacted(4)) { try keyspace.readRevision(3) }
            #expect(throws: KeyspaceError.future(6)) { try keyspace.readRevision(7) }
            #expect(throws: KeyspaceError.compacted(4)) { try changes(from: 3) }
            while keyspace.releaseStep(budgetChanges: 1) {}
        }
        #expect(keyspace.changeCount == 3)
        #expect(throws: KeyspaceError.compacted(4)) { try keyspace.compact(to: 4) }
        #expect(throws: KeyspaceError.future(6)) { try keyspace.compact(to: 7) }
    }

    /// The class of etcd's 18089 and 19179: a watch may start at the compacted revision.
    @Test func deleteAtTheCompactedRevisionKeepsItsEvent() throws {
        put(key)
        delete(.single(key))
        put([1])
        try keyspace.compact(to: 3)
        while keyspace.releaseStep(budgetChanges: 1) {}
        let events = try changes(from: 3)
        #expect(events.map(\.key) == [key, [1]])
        #expect(events[0].state == nil)
        #expect(events[0].previous == nil)
        #expect(keyspace.state(of: key, at: 3) == nil)
        put(key, [5])
        #expect(keyspace.state(of: key, at: 5)?.version == 1)
        #expect(keyspace.state(of: key, at: 4) == nil)
        keyspace.checkInvariants()
        try keyspace.compact(to: 5)
        while keyspace.releaseStep(budgetChanges: 1) {}
        keyspace.checkInvariants()
        #expect(keyspace.state(of: key, at: 5)?.value == [5])
    }

    @Test func previousPairIsAbsentExactlyAtTheCompactedRevision() throws {
        for value: UInt8 in 1...4 { put(key, [value]) }
        try keyspace.compact(to: 3)
        for _ in 0..<2 {
            #expect(try changes(from: 3).map { $0.previous?.value } == [nil, [2], [3]])
            #expect(try changes(from: 3).map { $0.state?.value } == [[2], [3], [4]])
            while keyspace.releaseStep(budgetChanges: 1) {}
        }
    }

    /// Key and value before count, too.
    @Test func aBatchOfChangesEndsByItsBytesWithARevision() {
        var transaction = keyspace.beginWrite()
        for key: UInt8 in 1...3 { transaction.put([key], value: [0, 0, 0, 0]) }
        transaction.end()
        for _ in 0..<3 { put([1], [0, 0, 0, 0]) }
        func next(_ bytesMax: Int, from start: Int64 = 2) -> Int64 {
            let batch = keyspace.changesInMemory(from: start, bytesMax: bytesMax)
            #expect(batch.changes.last?.revision.main == batch.next - 1)
            return batch.next
        }
        #expect([0, 1, 15].map { next($0) } == [3, 3, 3], "a revision is never split")
        #expect([16, 24, 25, 33, 34].map { next($0) } == [4, 4, 5, 5, 6])
        #expect(next(1, from: 4) == 5 && next(.max) == 6)
    }

    @Test func changesAreVisitedUpToTheLastRevisionThatHasEnded() {
        for byte: UInt8 in 1...5 { put([byte], [byte]) }
        delete(.single([2]))
        let last = keyspace.revision
        var transaction = keyspace.beginWrite()
        transaction.put([9], value: [9])
        var seen: [Change] = []
        keyspace.visitChangesInMemory(from: 4) { main, key, change in
            if key != [4] { seen.append(change()) }
            #expect(main >= 4 && main <= last)
        }
        #expect(seen == keyspace.changesInMemory(from: 4).changes.filter { $0.key != [4] })
        #expect(seen.map(\.key) == [[3], [5], [2]])
        transaction.end()
    }

    @Test func deletedKeysLeaveMemory() throws {
        for byte: UInt8 in 0..<200 { put([1, byte], [byte, byte]) }
        delete(.bounded(lower: [1], upper: [1, 190]))
        #expect(keyspace.keyCount == 10)
        // Ten keys with their values; 190 with their values in the history, and the puts of all 200.
        #expect(keyspace.logicalByteCount == 40 + 190 * 4 + 200 * 2)
        try keyspace.compact(to: keyspace.revision)
        while keyspace.releaseStep(budgetChanges: 7) {}
        #expect(keyspace.changeCount == 190)
        #expect(keyspace.logicalByteCount == 40 + 190 * 4)
        put([9])
        try keyspace.compact(to: keyspace.revision)
        while keyspace.releaseStep(budgetChanges: 7) {}
        #expect(keyspace.logicalByteCount == 40 + 2 + 1)
        #expect(keyspace.changeCount == 1)
        keyspace.checkInvariants()
    }

    @Test func aKeyWrittenOftenIsReadAtEveryOldRevision() {
        for number in 0..<5000 { put(key, [UInt8(truncatingIfNeeded: number)]) }
        for number in stride(from: 0, to: 5000, by: 37) {
            let state = keyspace.state(of: key, at: Int64(number + 2))
            #expect(state?.value == [UInt8(truncatingIfNeeded: number)])
            #expect(state?.version == Int64(number + 1))
        }
    }

    @Test func intervalsMeanWhatRequestsMean() {
        #expect(KeyInterval(key: [1], rangeEnd: []) == .single([1]))
        #expect(KeyInterval(key: [1], rangeEnd: [0]) == .unbounded(lower: [1]))
        #expect(KeyInterval(key: [1], rangeEnd: [2]) == .bounded(lower: [1], upper: [2]))
        put([1])
        put([1, 0])
        put([2])
        func count(_ key: [UInt8], _ end: [UInt8]) -> Int {
            keyspace.count(in: KeyInterval(key: key, rangeEnd: end), at: keyspace.revision)
        }
        #expect(count([0], [0]) == 3)
        #expect(count([1], []) == 1)
        #expect(count([1], [2]) == 2)
        #expect(count([1, 0], [0]) == 2)
        #expect(count([2], [1]) == 0)
        #expect(count([2], [2]) == 0)
    }

    @Test func anEmptyKeyOrASecondTransactionIsAProgrammersError() async {
        await #expect(processExitsWith: .failure) {
            var transaction = Keyspace().beginWrite()
            transaction.put([], value: [])
            transaction.end()
        }
        await #expect(processExitsWith: .failure) {
            let keyspace = Keyspace()
            let first = keyspace.beginWrite()
            keyspace.beginWrite().end()
            first.end()
        }
    }
}
