import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// The contract's boxes on Range.
struct RangeTests {
    let machine = Machine()

    /// a (mod 2→5, version 2), b (3), c (4), then d created and deleted (6, 7).
    init() {
        for key in ["a", "b", "c", "a"] { machine.put(key, "\(key)\(machine.slot)") }
        machine.put("d", "x")
        _ = machine.delete("d")
    }

    private func keys(_ response: RangeResponse) -> [String] {
        response.kvs.map { String(decoding: $0.key, as: UTF8.self) }
    }

    @Test func anEmptyKeyIsRefused() {
        #expect(throws: KVError.keyNotProvided) { try machine.range("") }
        #expect(throws: KVError.keyNotProvided) { try machine.range("", "z") }
    }

    @Test func rangeEndsMeanWhatTheyMean() throws {
        #expect(try keys(machine.range("a")) == ["a"])
        #expect(try keys(machine.range("b", "\0")) == ["b", "c"])
        #expect(try keys(machine.range("\0", "\0")) == ["a", "b", "c"])
        #expect(try keys(machine.range("a", "c")) == ["a", "b"])
        #expect(try keys(machine.range("c", "a")) == [])
        #expect(try keys(machine.range("c", "c")) == [])
        #expect(try machine.range("c", "a").count == 0)
    }

    @Test func headerHasTheCurrentRevisionNotTheOneAskedFor() throws {
        let response = try machine.range("a") { $0.revision = 2 }
        #expect(response.header.revision == 7)
        #expect(response.header.memberID == 0)
        #expect(response.kvs[0].modRevision == 2)
        #expect(try machine.range("missing").header.revision == 7)
    }

    @Test func revisionsBelowOneAreTheLatest() throws {
        #expect(try machine.range("a") { $0.revision = -3 }.kvs[0].version == 2)
        #expect(throws: KVError.futureRevision) { try machine.range("a") { $0.revision = 8 } }
        #expect(throws: KVError.futureRevision) {
            try machine.range("a", "z") { $0.revision = 8 }
        }
    }

    @Test func compactedRevisionsAreRefusedAndTheCompactedOneIsReadable() throws {
        #expect(
            machine.compact(5) == .compaction(.with { $0.header = .with { $0.revision = 7 } }))
        #expect(try machine.range("a") { $0.revision = 5 }.kvs[0].version == 2)
        #expect(try keys(machine.range("a", "z") { $0.revision = 6 }) == ["a", "b", "c", "d"])
        for end in ["", "z"] {
            #expect(throws: KVError.compacted) {
                try machine.range("a", end) { $0.revision = 4 }
            }
        }
        #expect(machine.compact(5) == .failed(.compacted))
        #expect(machine.compact(-1) == .failed(.compacted))
        #expect(machine.compact(8) == .failed(.futureRevision))
    }

    @Test func filtersComeBeforeTheLimitAndCountIgnoresBoth() throws {
        let response = try machine.range("a", "z") {
            $0.minModRevision = 4
            $0.limit = 1
        }
        #expect(keys(response) == ["a"])
        #expect(response.more)
        #expect(response.count == 3)
        let created = try machine.range("a", "z") {
            $0.minCreateRevision = 3
            $0.maxCreateRevision = 3
        }
        #expect(keys(created) == ["b"])
        #expect(!created.more)
        #expect(created.count == 3)
        #expect(try keys(machine.range("a", "z") { $0.maxModRevision = 4 }) == ["b", "c"])
        #expect(try machine.range("a") { $0.maxModRevision = 4 }.kvs.isEmpty)
        #expect(try machine.range("a") { $0.maxModRevision = 4 }.count == 1)
    }

    @Test(arguments: [0, 5] as [Int64])
    func moreIsTrueOnlyIfTheLimitCut(revision: Int64) throws {
        for (limit, more) in [(0, false), (-1, false), (2, true), (3, false), (4, false)] {
            let response = try machine.range("a", "z") {
                $0.limit = Int64(limit)
                $0.revision = revision
            }
            #expect(response.more == more)
            #expect(response.count == 3)
            #expect(response.kvs.count == (limit <= 0 ? 3 : min(3, limit)))
        }
        #expect(try machine.range("a") { $0.limit = 1 }.more == false)
    }

    @Test func countOnlyHasNoPairs() throws {
        for revision: Int64 in [0, 3, 6] {
            let response = try machine.range("a", "z") {
                $0.countOnly = true
                $0.revision = revision
                $0.limit = 1
            }
            #expect(response.kvs.isEmpty)
            #expect(!response.more)
            #expect(response.count == [0: 3, 3: 2, 6: 4][revision])
        }
        let single = try machine.range("a") { $0.countOnly = true }
        #expect(single.kvs.isEmpty)
        #expect(single.count == 1)
    }

    @Test func keysOnlyKeepsEverythingButTheValue() throws {
        for end in ["", "b"] {
            let pair = try machine.range("a", end) { $0.keysOnly = true }.kvs[0]
            #expect(pair.value.isEmpty)
            #expect(pair.createRevision == 2)
            #expect(pair.modRevision == 5)
            #expect(pair.version == 2)
        }
        let grant = LeaseGrantRequest.with { ($0.id, $0.ttl) = (7, 60) }
        _ = machine.run(.leaseGrant, grant)
        _ = machine.put(.make("e", "x") { $0.lease = 7 })
        for end in ["", "f"] {
            #expect(try machine.range("e", end) { $0.keysOnly = true }.kvs[0].lease == 7)
        }
    }

    @Test func sortsByEveryTargetInBothOrders() throws {
        machine.put("e", "a")
        typealias Case = (RangeRequest.SortTarget, [String])
        let ascending: [Case] = [
            (.key, ["a", "b", "c", "e"]), (.version, ["b", "c", "e", "a"]),
            (.create, ["a", "b", "c", "e"]), (.mod, ["b", "c", "a", "e"]),
            (.value, ["e", "a", "b", "c"]),
        ]
        for (target, expected) in ascending {
            for order: RangeRequest.SortOrder in [.none, .ascend] {
                let response = try machine.range("a", "z") {
                    $0.sortTarget = target
                    $0.sortOrder = order
                    $0.keysOnly = true
                }
                #expect(keys(response) == expected)
            }
        }
        let descending: [Case] = [
            (.key, ["e", "c", "b", "a"]), (.version, ["a", "b", "c", "e"]),
            (.create, ["e", "c", "b", "a"]), (.mod, ["e", "a", "c", "b"]),
            (.value, ["c", "b", "a", "e"]),
        ]
        for (target, expected) in descending {
            for limit in 1...4 {
                let response = try machine.range("a", "z") {
                    $0.sortTarget = target
                    $0.sortOrder = .descend
                    $0.limit = Int64(limit)
                }
                #expect(keys(response) == Array(expected.prefix(limit)))
                #expect(response.more == (limit < 4))
                #expect(response.count == 4)
            }
        }
    }

    @Test func unknownSortOptionsAreRefused() {
        #expect(throws: KVError.invalidSortOption) {
            try machine.range("a", "z") { $0.sortOrder = .UNRECOGNIZED(3) }
        }
        #expect(throws: KVError.invalidSortOption) {
            try machine.range("a") { $0.sortTarget = .UNRECOGNIZED(-1) }
        }
    }

    @Test func aRangeInPiecesReadsItsPinnedRevision() throws {
        for number in 0..<50 { machine.put("k\(number)", "old") }
        let keyspace = machine.state.keyspace
        let expected = try machine.range("k", "l") { $0.limit = 45 }
        for target in [RangeRequest.SortTarget.key, .mod] {
            var cursor = try RangeCursor(
                .make("k", "l") {
                    $0.limit = 45
                    $0.sortTarget = target
                    $0.revision = expected.header.revision
                }, in: keyspace)
            var steps = 0
            while !cursor.isComplete {
                try cursor.step(keyspace, keysMax: 7)
                machine.put("k\(steps)", "new")
                machine.put("k7\(steps)x", "new")
                _ = machine.delete("k3\(steps)")
                steps += 1
            }
            #expect(steps > 6)
            let response = cursor.response()
            #expect(response.kvs.count == 45)
            #expect(response.kvs.allSatisfy { $0.value == Array("old".utf8) })
            #expect(response.count == 50)
            #expect(response.more)
            if target == .key { #expect(response.kvs == expected.kvs) }
        }
    }

    /// Keys and values of six pairs are 12 bytes at least.
    @Test(arguments: [RangeRequest.SortTarget.key, .mod])
    func aRangeAboveItsBytesIsGivenUp(target: RangeRequest.SortTarget) throws {
        for number in 0..<6 { machine.put("k\(number)", String(repeating: "v", count: 100)) }
        func read(_ populate: (inout RangeRequest) -> Void = { _ in }) throws -> RangeResponse {
            let request = RangeRequest.make("k", "l") {
                $0.sortTarget = target
                populate(&$0)
            }
            let keyspace = machine.state.keyspace
            var cursor = try RangeCursor(request, in: keyspace, bytesMax: 400)
            while !cursor.isComplete {
                try cursor.step(keyspace, keysMax: 1)
                #expect(cursor.keptBytes <= 400)
            }
            return cursor.response()
        }
        #expect(throws: KVError.responseTooLarge) { try read() }
        // What is not told counts for nothing.
        #expect(try keys(read { $0.keysOnly = true }).count == 6)
        #expect(try read { $0.countOnly = true }.count == 6)
        for order in [RangeRequest.SortOrder.ascend, .descend] {
            let first = try read {
                $0.limit = 1
                $0.sortOrder = order
            }
            #expect(keys(first) == [order == .ascend ? "k0" : "k5"])
            #expect(first.more && first.count == 6)
            #expect(first.kvs.first?.value.count == 100)
        }
    }

    @Test func compactionEndsARangeThatItOvertakes() throws {
        let keyspace = machine.state.keyspace
        var cursor = try RangeCursor(.make("a", "z"), in: keyspace)
        try cursor.step(keyspace, keysMax: 1)
        machine.put("b", "new")
        _ = machine.compact(keyspace.revision)
        #expect(throws: KVError.compacted) { try cursor.step(keyspace, keysMax: 1) }
    }
}
