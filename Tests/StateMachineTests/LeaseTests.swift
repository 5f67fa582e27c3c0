import Basics
import EtcdMessages
import MVCC
import Protobuf
import StateMachine
import Testing

/// The contract's boxes on leases, as far as they are replicated.
@Suite("Leases")
struct LeaseTests {
    let machine = Machine()
    private let ballot = LeaderBallot(round: 3, replica: 1, incarnation: 10)

    private func grant(_ id: Int64, ttl: Int64 = 60) -> Outcome {
        machine.run(
            .leaseGrant,
            LeaseGrantRequest.with {
                $0.id = id
                $0.ttl = ttl
            })
    }

    private func mustGrant(_ id: Int64) {
        guard case .leaseGrant(let response) = grant(id) else {
            Issue.record("lease \(id) was not granted")
            return
        }
        #expect(response.id == id)
    }

    private func revoke(_ id: Int64) -> Outcome {
        machine.run(.leaseRevoke, LeaseRevokeRequest.with { $0.id = id })
    }

    private func put(_ key: String, lease: Int64) -> Outcome {
        machine.put(.make(key, "v") { $0.lease = lease })
    }

    private func keys(_ id: Int64) -> [String]? {
        machine.state.leases.row(of: id)?.keys.map { String(decoding: $0, as: UTF8.self) }
    }

    private func lead(_ ballot: LeaderBallot) {
        machine.slot += 1
        _ = machine.state.applyLead(
            slot: machine.slot, ballot: ballot, logTimeMilliseconds: machine.slot)
    }

    private func expire(_ leases: [(id: Int64, slot: UInt64)], by ballot: LeaderBallot) {
        let request = ExpireLeasesRequest.with {
            $0.round = ballot.round
            $0.replica = ballot.replica
            $0.incarnation = ballot.incarnation
            $0.leases = leases.map { lease in
                .with {
                    $0.id = lease.id
                    $0.grantSlot = lease.slot
                }
            }
        }
        #expect(machine.run(.expireLeases, request) == .leasesExpired)
        machine.state.leases.checkInvariants(machine.state.keyspace)
    }

    @Test("an id is granted once, a time is at least a second and not too long")
    func granting() {
        mustGrant(7)
        mustGrant(-7)
        #expect(grant(7) == .failed(.leaseExists))
        #expect(grant(8, ttl: 9_000_000_001) == .failed(.leaseTooLong))
        // As etcd: the time is looked at first.
        #expect(grant(7, ttl: 9_000_000_001) == .failed(.leaseTooLong))
        #expect(grant(0) == .failed(.leaseNotFound))
        guard case .leaseGrant(let short) = grant(9, ttl: -3) else {
            Issue.record("not granted")
            return
        }
        #expect(short.ttl == 1)
        #expect(short.header.revision == 1)
        #expect(machine.state.leases.ids == [-7, 7, 9])
    }

    @Test("a revoked lease takes its keys along, in order and in one revision")
    func revoking() throws {
        mustGrant(7)
        for key in ["c", "a", "b", "d"] { _ = put(key, lease: 7) }
        machine.put("d", "no lease")
        #expect(keys(7) == ["a", "b", "c"])
        let before = machine.state.keyspace.revision
        #expect(revoke(7) == .leaseRevoke(.with { $0.header = .with { $0.revision = before + 1 } }))
        #expect(try machine.range("a", "z").kvs.map(\.key) == [Array("d".utf8)])
        var deleted: [String] = []
        _ = try machine.state.keyspace.changes(from: before + 1) { change in
            #expect(change.state == nil)
            #expect(change.revision == Revision(main: before + 1, sub: Int64(deleted.count)))
            deleted.append(String(decoding: change.key, as: UTF8.self))
        }
        #expect(deleted == ["a", "b", "c"])
        #expect(revoke(7) == .failed(.leaseNotFound))
        #expect(machine.state.leases.attachedCount == 0)
    }

    @Test("a lease without keys ends without a revision")
    func revokingNothing() {
        mustGrant(7)
        #expect(revoke(7) == .leaseRevoke(.with { $0.header = .with { $0.revision = 1 } }))
    }

    @Test("a key has one lease: a put moves it, detaches it, or leaves it on request")
    func moving() throws {
        mustGrant(1)
        mustGrant(2)
        _ = put("k", lease: 1)
        _ = put("k", lease: 2)
        #expect(keys(1) == [])
        #expect(keys(2) == ["k"])
        _ = machine.put(.make("k", "w") { $0.ignoreLease = true })
        #expect(keys(2) == ["k"])
        #expect(try machine.range("k").kvs[0].lease == 2)
        machine.put("k", "x")
        #expect(keys(2) == [])
        _ = put("k", lease: 1)
        _ = try machine.modify("k", .append([65]))
        #expect(keys(1) == ["k"])
        _ = machine.delete("k")
        #expect(keys(1) == [])
        #expect(machine.state.leases.attachedCount == 0)
    }

    @Test("a transaction attaches and detaches, and fails as a whole without its lease")
    func inTransactions() throws {
        mustGrant(1)
        _ = put("a", lease: 1)
        _ = try machine.txn(
            .make(
                [], [.put("b") { $0.lease = 1 }, .delete("a"), .txn([.put("c") { $0.lease = 1 }])]))
        #expect(keys(1) == ["b", "c"])
        #expect(throws: KVError.leaseNotFound) {
            try machine.txn(.make([], [.delete("b"), .put("d") { $0.lease = 5 }]))
        }
        #expect(keys(1) == ["b", "c"])
        machine.state.leases.checkInvariants(machine.state.keyspace)
    }

    @Test("leases end by the word of the leader of that ballot only")
    func expiryByBallot() throws {
        lead(ballot)
        mustGrant(1)
        let slot = machine.slot
        _ = put("k", lease: 1)
        lead(LeaderBallot(round: 4, replica: 2, incarnation: 20))
        expire([(1, slot)], by: ballot)
        #expect(try machine.value("k") == "v")
        #expect(machine.state.marks[.expiryOfOldLeaderSkipped] == 1)
        expire([(1, slot)], by: LeaderBallot(round: 4, replica: 2, incarnation: 21))
        #expect(keys(1) == ["k"])
        expire([(1, slot)], by: LeaderBallot(round: 4, replica: 2, incarnation: 20))
        #expect(try machine.value("k") == nil)
        #expect(machine.state.leases.count == 0)
    }

    @Test("the end of a lease is not that of the next one with its id")
    func expiryByGrant() throws {
        lead(ballot)
        mustGrant(1)
        let slot = machine.slot
        #expect(revoke(1) == .leaseRevoke(.with { $0.header = .with { $0.revision = 1 } }))
        mustGrant(1)
        _ = put("k", lease: 1)
        expire([(1, slot)], by: ballot)
        #expect(try machine.value("k") == "v")
        #expect(machine.state.marks[.expiryOfOtherGrantSkipped] == 1)
    }

    @Test("many leases end in one command, each with a revision of its own")
    func expiryOfMany() {
        lead(ballot)
        var leases: [(id: Int64, slot: UInt64)] = []
        for id in 1...600 as ClosedRange<Int64> {
            mustGrant(id)
            leases.append((id, machine.slot))
            _ = put("k\(id)", lease: id)
        }
        let before = machine.state.keyspace.revision
        expire(leases, by: ballot)
        #expect(machine.state.keyspace.revision == before + 600)
        #expect(machine.state.keyspace.keyCount == 0)
        mustGrant(9)
        machine.state.leases.checkInvariants(machine.state.keyspace)
    }

    @Test("a full store grants nothing and revokes; a corrupt one does neither")
    func alarms() {
        mustGrant(1)
        let alarm = AlarmRequest.with {
            $0.action = .activate
            $0.alarm = .nospace
        }
        _ = machine.run(.alarm, alarm)
        #expect(grant(2) == .failed(.noSpace))
        #expect(revoke(1) == .leaseRevoke(.with { $0.header = .with { $0.revision = 1 } }))
        _ = machine.run(
            .alarm,
            AlarmRequest.with {
                $0 = alarm; $0.alarm = .corrupt
            })
        #expect(grant(2) == .failed(.corrupt))
        #expect(revoke(1) == .failed(.corrupt))
    }

    @Test("the order of grants and revocations leaves no trace in the digest")
    func digests() {
        let other = LeaseTests()
        for id in [1, 2, 3] as [Int64] { mustGrant(id) }
        _ = revoke(2)
        let before = machine.state.digest()
        for id in [1, 2, 3] as [Int64] { other.mustGrant(id) }
        _ = other.revoke(2)
        #expect(other.machine.state.digest() == before)
        _ = put("k", lease: 1)
        _ = other.put("k", lease: 3)
        #expect(machine.state.digest() != other.machine.state.digest())
    }
}
