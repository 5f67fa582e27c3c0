import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// What a full store, or one that is marked as corrupt, still does.
struct AlarmTests {
    private let machine = Machine()

    private func setQuota(_ bytes: UInt64) {
        #expect(machine.run(.setQuota, SetQuotaRequest.with { $0.bytes = bytes }) == .quotaSet)
    }

    private func alarm(
        _ action: AlarmRequest.AlarmAction, _ type: AlarmType = .none, member: UInt64 = 0
    ) -> [AlarmMember] {
        let request = AlarmRequest.with {
            $0.action = action
            $0.alarm = type
            $0.memberID = member
        }
        guard case .alarm(let response) = machine.run(.alarm, request) else {
            Issue.record("an alarm command is answered")
            return []
        }
        return response.alarms
    }

    private func isRefused(_ outcome: Outcome, _ error: KVError) -> Bool {
        outcome == .failed(error)
    }

    @Test func aWriteBeyondTheQuotaChangesNothing() throws {
        setQuota(100)
        // A new key costs its bytes twice until the next compaction: in the table, and in the history.
        machine.put("k", String(repeating: "v", count: 60))
        let revision = machine.state.keyspace.revision
        #expect(machine.state.keyspace.logicalByteCount == 62)
        #expect(isRefused(machine.put(.make("k", String(repeating: "w", count: 60))), .noSpace))
        #expect(machine.state.keyspace.revision == revision)
        #expect(alarm(.get) == [AlarmMember.with { $0.alarm = .nospace }])
    }

    @Test func aFullStoreTakesDeletesAndCompactionsAndIsReadable() throws {
        setQuota(30)
        machine.put("a", "1234567890")
        machine.put("b", "1")
        #expect(isRefused(machine.put(.make("c", String(repeating: "x", count: 20))), .noSpace))
        // The alarm stands: even a small one is refused now.
        #expect(isRefused(machine.put(.make("c", "")), .noSpace))
        let append = ReadModifyWriteRequest.append("a", "1")
        #expect(isRefused(machine.run(.readModifyWrite, append), .noSpace))
        #expect(throws: KVError.noSpace) {
            try machine.txn(TxnRequest.make([], [.put("c", "")]))
        }
        #expect(try machine.txn(TxnRequest.make([], [.range("a")])).succeeded)
        #expect(try machine.value("a") == "1234567890")
        #expect(machine.delete("b")?.deleted == 1)
        #expect(machine.delete("a")?.deleted == 1)
        #expect(machine.state.alarms.has(.noSpace))
        // Deletes free nothing before a compaction: the pairs can still be read at old revisions.
        _ = machine.compact(machine.state.keyspace.revision)
        #expect(!machine.state.alarms.has(.noSpace))
        machine.put("c", "again")
        #expect(try machine.value("c") == "again")
    }

    @Test func aTransactionIsRefusedForWhatItsDearerBranchCosts() throws {
        setQuota(20)
        let dear = RequestOp.put("k", String(repeating: "v", count: 30))
        let request = TxnRequest.make(
            [.make("k", .version, .equal, .version(0))], [.put("k", "")], [dear])
        #expect(throws: KVError.noSpace) { try machine.txn(request) }
    }

    @Test func aGreaterQuotaEndsTheAlarmAndASmallerOneDoesNot() {
        setQuota(10)
        #expect(isRefused(machine.put(.make("k", "0123456789")), .noSpace))
        setQuota(9)
        #expect(!machine.state.alarms.has(.noSpace), "nothing is stored: it fits again")
        #expect(isRefused(machine.put(.make("k", "0123456789")), .noSpace))
        setQuota(0)
        #expect(!machine.state.alarms.has(.noSpace))
        machine.put("k", "0123456789")
        setQuota(5)
        #expect(isRefused(machine.put(.make("l", "")), .noSpace))
        #expect(machine.state.alarms.has(.noSpace))
    }

    @Test func anAlarmOfAClientEndsOnlyByAClient() {
        setQuota(1000)
        #expect(alarm(.activate, .nospace, member: 3).map(\.memberID) == [3])
        #expect(alarm(.activate, .nospace, member: 3).map(\.memberID) == [3])
        #expect(isRefused(machine.put(.make("k", "v")), .noSpace))
        setQuota(2000)
        #expect(isRefused(machine.put(.make("k", "v")), .noSpace))
        #expect(alarm(.deactivate, .nospace, member: 4).isEmpty)
        #expect(alarm(.get, .corrupt).isEmpty)
        #expect(alarm(.deactivate, .nospace, member: 3).map(\.memberID) == [3])
        #expect(alarm(.get).isEmpty)
        machine.put("k", "v")
        #expect(machine.state.keyspace.revision == 2)
    }

    @Test func aCorruptClusterNeitherReadsNorWrites() throws {
        machine.put("k", "v")
        _ = alarm(.activate, .corrupt)
        #expect(isRefused(machine.put(.make("k", "w")), .corrupt))
        #expect(isRefused(machine.run(.deleteRange, DeleteRangeRequest.make("k")), .corrupt))
        #expect(isRefused(machine.compact(2), .corrupt))
        #expect(throws: KVError.corrupt) {
            try machine.txn(TxnRequest.make([], [.range("k")]))
        }
        #expect(!machine.state.isReadable)
        #expect(throws: KVError.corrupt) {
            try machine.state.readOnlyTxn(TxnRequest.make([], [.range("k")]))
        }
        _ = alarm(.deactivate, .corrupt)
        #expect(try machine.value("k") == "v")
    }

    @Test func alarmsAreBounded() {
        for member in 0..<2000 as Range<UInt64> {
            let request = AlarmRequest.with {
                $0.action = .activate
                $0.alarm = .nospace
                $0.memberID = member
            }
            let outcome = machine.run(.alarm, request)
            #expect(isRefused(outcome, .tooManyAlarms) == (member >= 1024))
        }
        #expect(machine.state.alarms.all.count == 1024)
        #expect(machine.state.alarms.all.map(\.member) == Array(0..<1024))
    }

    /// Two replicas that freed different amounts of memory must decide alike.
    @Test func theQuotaCountsWhatCanBeReadWhateverMemoryWasFreed() {
        let other = Machine()
        for number in 0..<50 {
            for replica in [machine, other] { replica.put("k\(number % 7)", "value \(number)") }
        }
        for replica in [machine, other] { _ = replica.compact(40) }
        while other.state.keyspace.releaseStep(budgetChanges: 3) {}
        #expect(other.state.keyspace.changeCount < machine.state.keyspace.changeCount)
        #expect(
            other.state.keyspace.logicalByteCount == machine.state.keyspace.logicalByteCount)
        for replica in [machine, other] {
            _ = replica.delete("k", "l")
            _ = replica.compact(replica.state.keyspace.revision)
        }
        while other.state.keyspace.releaseStep(budgetChanges: 3) {}
        // The deletes themselves can still be watched.
        #expect(other.state.keyspace.logicalByteCount == 7 * 2 + 7 * 8)
        #expect(
            other.state.keyspace.logicalByteCount == machine.state.keyspace.logicalByteCount)
    }
}
