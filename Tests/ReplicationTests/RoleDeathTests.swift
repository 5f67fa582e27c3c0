import Observability
import Paxos
import StateMachine
import Simulation
import Testing

@testable import Replication

/// Roles that die alone, on nodes that live on (S4-7, S4-8, P11). Random histories of that are the simulator's.
@Suite("Role deaths")
struct RoleDeathTests {
    @Test("a minority of dead acceptors is not felt, a majority is waited for")
    func quorum() throws {
        let cluster = World.formed(seed: 1)
        let leader = try #require(cluster.leader)
        let others = cluster.machines.filter { $0 !== leader }
        others[0].replica?.kill(.acceptor)
        #expect(cluster.wait(cluster.put("a", at: leader))?.isApplied == true)
        #expect(cluster.wait(cluster.put("b", at: others[0]))?.isApplied == true)
        #expect(cluster.leader === leader)
        leader.replica?.kill(.acceptor)
        let waiting = cluster.put("c", at: others[1])
        cluster.timeline.run(milliseconds: 300)
        #expect(waiting.count == 0)
        leader.replica?.revive(.acceptor, hasAmnesia: false)
        #expect(cluster.wait(waiting)?.isApplied == true)
        others[0].replica?.revive(.acceptor, hasAmnesia: false)
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }

    @Test("a leader whose acceptor is dead leads on by the votes of others")
    func leaderWithoutAcceptor() throws {
        let cluster = World.formed(seed: 2)
        let leader = try #require(cluster.leader)
        leader.replica?.kill(.acceptor)
        for number in 0..<20 {
            #expect(cluster.wait(cluster.put("k\(number)", at: leader))?.isApplied == true)
        }
        #expect(cluster.wait(cluster.read(at: leader)) == .ready)
        #expect(cluster.leader === leader)
        // Its log has what was decided without its vote.
        leader.losePower()
        leader.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.becomesLevel())
        #expect(cluster.value("k19", at: leader) == [1])
        #expect(cluster.breaches == [])
    }

    @Test(
        "a leader whose proposer or learner dies is replaced", arguments: [Role.proposer, .learner])
    func replaced(role: Role) throws {
        let cluster = World.formed(seed: 3)
        cluster.mustPut("a", at: cluster.machines[0])
        let leader = try #require(cluster.leader)
        leader.replica?.kill(role)
        // Sooner than the silence of a dead leader would be noticed.
        let isReplaced = cluster.timeline.run(milliseconds: 80) {
            cluster.machines.contains { $0 !== leader && $0.replica?.status.isLeader == true }
        }
        #expect(isReplaced)
        leader.replica?.revive(role, hasAmnesia: false)
        #expect(cluster.wait(cluster.put("b", at: leader))?.isApplied == true)
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }

    @Test("a node without its learner refuses clients, definitely, and catches up afterwards")
    func learner() throws {
        let cluster = World.formed(seed: 4)
        let follower = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        follower.replica?.kill(.learner)
        let refusal = Refusal.notReady(Replica.learnerProblem)
        #expect(cluster.wait(cluster.put("never", at: follower))?.refusal == refusal)
        #expect(cluster.wait(cluster.read(at: follower)) == .refused(refusal))
        #expect(follower.replica?.localReadRefusal == refusal)
        #expect(follower.replica?.status.problem == Replica.learnerProblem)
        let applied = follower.replica?.machine.appliedSlot
        for number in 0..<10 { cluster.mustPut("k\(number)", at: leader) }
        #expect(follower.replica?.machine.appliedSlot == applied)
        follower.replica?.revive(.learner, hasAmnesia: false)
        #expect(cluster.wait(cluster.read(at: follower)) == .ready)
        #expect(cluster.value("k9", at: follower) == [1])
        #expect(cluster.value("never", at: follower) == nil)
        #expect(follower.replica?.status.problem == nil)
        #expect(cluster.breaches == [])
    }

    @Test(
        "an acceptor comes back as a restart would make it", arguments: 1...4 as ClosedRange<UInt64>
    )
    func asAfterRestart(seed: UInt64) throws {
        let cluster = World.formed(seed: seed)
        let follower = try #require(cluster.follower)
        for number in 0..<5 { cluster.put("k\(number)", at: cluster.machines[0]) }
        cluster.timeline.run(milliseconds: seed % 3)
        follower.replica?.kill(.acceptor)
        follower.replica?.kill(.learner)
        follower.replica?.revive(.acceptor, hasAmnesia: false)
        // Nobody tells it anything new meanwhile.
        cluster.isolate(follower)
        let isBack = cluster.timeline.run(milliseconds: 100) {
            follower.replica?.deadRoles == [.learner]
        }
        #expect(isBack)
        let core = try #require(follower.replica?.core)
        follower.losePower()
        follower.start()
        let restarted = try #require(follower.replica?.durableState)
        #expect(restarted.promised == core.promised)
        var slot = max(core.status.decidedUpTo, restarted.decidedUpTo)
        while slot < core.highestAccepted {
            slot = slot.next
            #expect(core.accepted(in: slot) == restarted.accepted.first { $0.slot == slot })
        }
        #expect(restarted.highestAccepted >= core.highestAccepted)
        #expect(cluster.breaches == [])
    }

    @Test("an acceptor with amnesia has no vote, until it recovers or the node is started again")
    func amnesia() throws {
        let cluster = World.formed(seed: 6)
        let leader = try #require(cluster.leader)
        let followers = cluster.machines.filter { $0 !== leader }
        followers[0].replica?.kill(.acceptor)
        followers[0].replica?.revive(.acceptor, hasAmnesia: true)
        let isForgetful = cluster.timeline.run(milliseconds: 100) {
            followers[0].replica?.hasAmnesia == true
        }
        #expect(isForgetful)
        #expect(followers[0].replica?.status.problem?.contains("forgotten") == true)
        cluster.mustPut("a", at: followers[0])
        // Without the other follower its vote would be needed.
        followers[1].losePower()
        let waiting = cluster.put("b", at: leader)
        cluster.timeline.run(milliseconds: 500)
        #expect(waiting.count == 0)
        followers[0].replica?.kill(.acceptor)
        followers[0].replica?.revive(.acceptor, hasAmnesia: false)
        #expect(cluster.wait(waiting)?.isApplied == true)
        followers[0].replica?.kill(.acceptor)
        followers[0].replica?.revive(.acceptor, hasAmnesia: true)
        followers[0].losePower()
        followers[0].start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(followers[0].replica?.deadRoles == [])
        cluster.mustPut("c", at: followers[0])
        #expect(cluster.breaches == [])
    }

    @Test("deaths and lives are counted")
    func metrics() throws {
        let cluster = World.formed(seed: 7)
        let node = cluster.machines[0]
        let role = try #require(node.replica?.metrics.role("acceptor"))
        #expect(role.up.value == 1)
        node.replica?.kill(.acceptor)
        node.replica?.kill(.acceptor)
        #expect(role.up.value == 0)
        #expect(role.deaths.value == 1)
        #expect(node.replica?.status.deadRoles == ["acceptor"])
        node.replica?.revive(.acceptor, hasAmnesia: false)
        cluster.timeline.run(milliseconds: 100)
        #expect(role.up.value == 1)
        #expect(role.deaths.value == 1)
    }
}
