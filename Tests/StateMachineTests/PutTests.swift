import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// The contract's boxes on revisions, Put, DeleteRange and read-modify-write.
struct PutTests {
    let machine = Machine()

    @Test func theFirstWriteGivesRevisionTwo() throws {
        #expect(try machine.range("a").header.revision == 1)
        #expect(machine.put("a", "1") == .put(.with { $0.header = .with { $0.revision = 2 } }))
        #expect(machine.put("a", "1") == .put(.with { $0.header = .with { $0.revision = 3 } }))
    }

    @Test func deleteResetsTheVersion() throws {
        machine.put("a", "1")
        machine.put("a", "2")
        _ = machine.delete("a")
        machine.put("a", "3")
        let pair = try machine.range("a").kvs[0]
        #expect(pair.version == 1)
        #expect(pair.createRevision == 5)
        #expect(pair.modRevision == 5)
    }

    @Test func previousPairOnlyIfThereWasOne() throws {
        let request = PutRequest.make("a", "1") { $0.prevKv = true }
        guard case .put(let first) = machine.put(request) else { throw KVError.keyNotFound }
        #expect(!first.hasPrevKv)
        guard case .put(let second) = machine.put(request) else { throw KVError.keyNotFound }
        #expect(second.prevKv.modRevision == 2)
        #expect(second.prevKv.value == Array("1".utf8))
        _ = machine.delete("a")
        guard case .put(let third) = machine.put(request) else { throw KVError.keyNotFound }
        #expect(!third.hasPrevKv)
    }

    @Test func ignoreOptions() throws {
        #expect(machine.put(.make("a", "") { $0.ignoreValue = true }) == .failed(.keyNotFound))
        #expect(machine.put(.make("a", "") { $0.ignoreLease = true }) == .failed(.keyNotFound))
        machine.put("a", "1")
        #expect(machine.put(.make("a", "x") { $0.ignoreValue = true }) == .failed(.valueProvided))
        let lease = PutRequest.make("a", "x") {
            $0.ignoreLease = true
            $0.lease = 4
        }
        #expect(machine.put(lease) == .failed(.leaseProvided))
        _ = machine.put(.make("a", "") { $0.ignoreValue = true })
        #expect(try machine.value("a") == "1")
        #expect(try machine.range("a").kvs[0].version == 2)
        _ = machine.put(.make("a", "2") { $0.ignoreLease = true })
        #expect(try machine.value("a") == "2")
    }

    @Test func anUnknownLeaseWritesNothing() throws {
        for id: Int64 in [5, -5] {
            #expect(machine.put(.make("a", "1") { $0.lease = id }) == .failed(.leaseNotFound))
        }
        #expect(try machine.range("a").count == 0)
        #expect(machine.state.keyspace.revision == 1)
    }

    @Test func deleteRangeCountsAndMakesOneRevision() throws {
        for key in ["c", "a", "b"] { machine.put(key, key) }
        let response = try #require(machine.delete("a", "c", prevKv: true))
        #expect(response.deleted == 2)
        #expect(response.header.revision == 5)
        #expect(response.prevKvs.map(\.key) == [[97], [98]])
        #expect(response.prevKvs.map(\.modRevision) == [3, 4])
        var changes: [Change] = []
        _ = try machine.state.keyspace.changes(from: 5) { changes.append($0) }
        #expect(changes.map(\.revision) == [Revision(main: 5, sub: 0), Revision(main: 5, sub: 1)])
        #expect(changes.map(\.key) == [[97], [98]])
    }

    @Test func deleteThatHitsNothingMakesNoRevision() throws {
        machine.put("a", "1")
        let response = try #require(machine.delete("b", "\0", prevKv: true))
        #expect(response.deleted == 0)
        #expect(response.header.revision == 2)
        #expect(response.prevKvs.isEmpty)
        #expect(machine.state.keyspace.revision == 2)
        #expect(machine.run(.deleteRange, DeleteRangeRequest()) == .failed(.keyNotProvided))
    }

    @Test func compareAndSet() throws {
        func set(_ expected: String?, _ value: String) throws -> ReadModifyWriteResponse {
            try machine.modify(
                "a",
                .compareAndSet(
                    .with {
                        $0.expected = Array((expected ?? "").utf8)
                        $0.expectAbsent = expected == nil
                        $0.value = Array(value.utf8)
                    }))
        }
        let refused = try set("", "1")
        #expect(!refused.applied && !refused.hasOld && !refused.hasCurrent)
        #expect(refused.header.revision == 1)
        let first = try set(nil, "1")
        #expect(first.applied && !first.hasOld)
        #expect(first.current.modRevision == 2)
        let second = try set(nil, "2")
        #expect(!second.applied)
        #expect(second.old == first.current && second.current == first.current)
        #expect(try set("1", "2").applied)
        #expect(try machine.value("a") == "2")
        #expect(machine.state.keyspace.revision == 3)
    }

    @Test func addReadsDecimalNumbersOnly() throws {
        func add(_ delta: Int64) throws -> ReadModifyWriteResponse {
            try machine.modify("n", .add(.with { $0.delta = delta }))
        }
        #expect(try add(5).applied)
        #expect(try add(-7).old.value == Array("5".utf8))
        #expect(try machine.value("n") == "-2")
        machine.put("n", "9223372036854775806")
        _ = try add(1)
        #expect(throws: KVError.numberOverflow) { try add(1) }
        machine.put("n", "-9223372036854775808")
        #expect(try add(0).current.value == Array("-9223372036854775808".utf8))
        #expect(throws: KVError.numberOverflow) { try add(-1) }
        let words = [
            "", "-", "+1", " 1", "1 ", "1.0", "9223372036854775808", "-9223372036854775809", "0x1",
            "000000000000000000001",
        ]
        for text in words {
            machine.put("n", text)
            let revision = machine.state.keyspace.revision
            #expect(throws: KVError.notANumber) { try add(1) }
            #expect(machine.state.keyspace.revision == revision)
        }
    }

    @Test func appendAndSetIfAbsent() throws {
        #expect(try machine.modify("a", .append([1])).current.value == [1])
        #expect(try machine.modify("a", .append([2, 3])).current.value == [1, 2, 3])
        #expect(try machine.modify("a", .append([])).current.version == 3)
        #expect(try !machine.modify("a", .setIfAbsent([9])).applied)
        #expect(try machine.modify("b", .setIfAbsent([9])).applied)
        let half = [UInt8](repeating: 1, count: Limits.appendedValueBytesMax - 3)
        _ = try machine.modify("a", .append(half))
        #expect(throws: KVError.valueTooLarge) { try machine.modify("a", .append([1])) }
    }

    @Test func readModifyWriteNeedsKeyAndOperation() {
        #expect(throws: KVError.keyNotProvided) { try machine.modify("", .append([])) }
        #expect(
            machine.run(.readModifyWrite, ReadModifyWriteRequest.with { $0.key = [1] })
                == .failed(.operationNotProvided))
    }
}
