import EtcdMessages
import Paxos
import Protobuf
import Replication
import Simulation
import StateMachine
import Testing

/// Leases in clusters whose leaders change: never early, and over at last (P27).
@Suite("Leases in a cluster")
struct LeaseTests {
    private func grant(_ id: Int64, seconds: Int64, at node: SimMachine, in cluster: World) {
        let request = LeaseGrantRequest.with {
            $0.id = id
            $0.ttl = seconds
        }
        let answer = cluster.wait(
            cluster.propose(.leaseGrant, request.serializedBytes(), at: node))
        guard case .applied(.leaseGrant) = answer else {
            Issue.record("lease \(id) was not granted: \(String(describing: answer))")
            return
        }
    }

    private func attach(_ key: String, to id: Int64, at node: SimMachine, in cluster: World) {
        let request = PutRequest.with {
            $0.key = Array(key.utf8)
            $0.lease = id
        }
        let answer = cluster.wait(cluster.propose(.put, request.serializedBytes(), at: node))
        #expect(answer?.isApplied == true)
    }

    private func renew(
        _ id: Int64, at node: SimMachine, in cluster: World, milliseconds: UInt64 = 6_000
    ) -> LeaseResult? {
        let answer = Answer<LeaseResult>()
        node.replica?.renew(lease: id) { answer.take($0) }
        node.process?.requestTurn()
        let result = cluster.wait(answer, milliseconds: milliseconds)
        #expect(answer.count <= 1)
        return result
    }

    private func has(_ id: Int64, _ node: SimMachine) -> Bool {
        node.replica?.machine.leases.has(id) == true
    }

    @Test("an answer that was meant for the process before is not taken for one's own")
    func answerToTheProcessBefore() throws {
        let cluster = World.formed(seed: 58)
        let leader = try #require(cluster.leader)
        let node = try #require(cluster.machines.first { $0 !== leader })
        let answer = Answer<LeaseResult>()
        node.replica?.renew(lease: 4711) { answer.take($0) }
        // Its first inquiry is on its way now; so was that of the process before it, about another lease.
        node.replica?.endOfTurn()
        node.replica?.receive(
            .leaseAnswers(number: 1, [.lasts(3)]), from: leader.replicaID)
        node.process?.requestTurn()
        #expect(cluster.wait(answer, milliseconds: 6_000) == .unknown)
    }

    @Test("a lease that nobody renews ends everywhere, after its time and soon")
    func ends() throws {
        let cluster = World.formed(seed: 51)
        let leader = try #require(cluster.leader)
        grant(7, seconds: 2, at: leader, in: cluster)
        attach("k", to: 7, at: leader, in: cluster)
        #expect(!cluster.timeline.run(milliseconds: 1_900) { !has(7, leader) })
        #expect(
            cluster.timeline.run(milliseconds: 300) { cluster.machines.allSatisfy { !has(7, $0) } })
        #expect(cluster.machines.allSatisfy { cluster.value("k", at: $0) == nil })
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }

    @Test("renewals through a follower keep a lease; what is unknown is said to be")
    func renewedThroughFollower() throws {
        let cluster = World.formed(seed: 52)
        let follower = try #require(cluster.follower)
        grant(7, seconds: 2, at: follower, in: cluster)
        for _ in 0..<8 {
            #expect(renew(7, at: follower, in: cluster) == .lasts(2))
            cluster.timeline.run(milliseconds: 900)
        }
        #expect(has(7, follower))
        #expect(renew(8, at: follower, in: cluster) == .unknown)
        #expect(cluster.timeline.run(milliseconds: 2_500) { !has(7, follower) })
        #expect(renew(7, at: follower, in: cluster) == .unknown)
    }

    @Test("a new leader gives the full time again, and ends what nobody renews")
    func leaderDies() throws {
        let cluster = World.formed(seed: 53)
        let leader = try #require(cluster.leader)
        let follower = try #require(cluster.follower)
        grant(7, seconds: 3, at: leader, in: cluster)
        attach("k", to: 7, at: leader, in: cluster)
        cluster.timeline.run(milliseconds: 2_500)
        leader.losePower()
        #expect(cluster.becomesReadable(milliseconds: 2_000))
        // By the first leader's clock it would be over; the second one may not end it before its own says so.
        #expect(!cluster.timeline.run(milliseconds: 2_600) { !has(7, follower) })
        #expect(cluster.timeline.run(milliseconds: 1_200) { !has(7, follower) })
        #expect(cluster.value("k", at: follower) == nil)
    }

    @Test("a leader that is cut off renews nothing, and ends nothing when it is back")
    func deposed() throws {
        let cluster = World.formed(seed: 54)
        let old = try #require(cluster.leader)
        let follower = try #require(cluster.follower)
        grant(7, seconds: 1, at: old, in: cluster)
        cluster.timeline.run(milliseconds: 950)
        cluster.isolate(old)
        // Its time is over there before it knows that it leads no more.
        let asked = Answer<LeaseResult>()
        old.replica?.renew(lease: 7) { asked.take($0) }
        old.process?.requestTurn()
        #expect(
            cluster.timeline.run(milliseconds: 2_000) {
                follower.replica?.status.leader != old.replicaID.rawValue
                    && follower.replica?.status.leader != 0
            })
        for _ in 0..<6 {
            #expect(renew(7, at: follower, in: cluster) == .lasts(1))
            cluster.timeline.run(milliseconds: 400)
        }
        #expect(asked.value == nil || asked.value != .lasts(1))
        cluster.mendAll()
        #expect(cluster.becomesReadable(milliseconds: 3_000))
        for _ in 0..<6 {
            #expect(renew(7, at: follower, in: cluster) == .lasts(1))
            cluster.timeline.run(milliseconds: 400)
        }
        #expect(cluster.breaches == [])
    }

    @Test("without a quorum nothing ends and nothing is renewed")
    func noQuorum() throws {
        let cluster = World.formed(seed: 55)
        let leader = try #require(cluster.leader)
        grant(7, seconds: 1, at: leader, in: cluster)
        for machine in cluster.machines where machine !== leader { machine.losePower() }
        #expect(renew(7, at: leader, in: cluster, milliseconds: 9_000) == .timedOut)
        #expect(has(7, leader))
    }

    @Test("thousands that end together are gone soon, and writes go on meanwhile")
    func storm() throws {
        let cluster = World.formed(seed: 56)
        let leader = try #require(cluster.leader)
        for start in stride(from: 1, through: 8_000, by: 500) {
            for id in start..<start + 500 {
                let request = LeaseGrantRequest.with {
                    $0.id = Int64(id)
                    $0.ttl = 3
                }
                leader.replica?.propose(.leaseGrant, request: request.serializedBytes()) { _ in }
            }
            leader.process?.requestTurn()
            cluster.timeline.run(milliseconds: 50)
        }
        #expect(
            cluster.timeline.run(milliseconds: 1_000) {
                leader.replica?.machine.leases.count == 8_000
            })
        cluster.timeline.run(milliseconds: 2_000)
        while leader.replica?.machine.leases.count == 8_000 {
            cluster.timeline.run(milliseconds: 5)
        }
        for round in 0..<5 { cluster.mustPut("on\(round)", [1], at: leader) }
        #expect(
            cluster.timeline.run(milliseconds: 2_500) {
                cluster.machines.allSatisfy { $0.replica?.machine.leases.count == 0 }
            })
        #expect(cluster.becomesLevel())
    }

    @Test("leases, their keys and their places come back after a crash")
    func restart() throws {
        let cluster = World.formed(seed: 57)
        let leader = try #require(cluster.leader)
        for id in 1...20 as ClosedRange<Int64> { grant(id, seconds: 60, at: leader, in: cluster) }
        attach("a", to: 3, at: leader, in: cluster)
        for machine in cluster.machines { machine.losePower() }
        for machine in cluster.machines { machine.start() }
        #expect(cluster.becomesReadable(milliseconds: 5_000))
        let node = try #require(cluster.leader)
        #expect(node.replica?.machine.leases.count == 20)
        #expect(renew(3, at: node, in: cluster) == .lasts(60))
        let revoke = LeaseRevokeRequest.with { $0.id = 3 }.serializedBytes()
        #expect(cluster.wait(cluster.propose(.leaseRevoke, revoke, at: node))?.isApplied == true)
        #expect(cluster.value("a", at: node) == nil)
    }
}
