import Basics
import Paxos
import StateMachine
import Simulation
import Testing
import WriteAheadLog

@testable import Replication

/// A decided slot that this program is too old for (P28).
@Suite("Slots of a newer version")
struct UpgradeTests {
    /// A bundle of a version that nobody knows yet.
    private static let newerBundle: [UInt8] = [1, 0, 0, 0, 200]

    @Test("nothing from them on is applied, the node votes on and says so, also after a restart")
    func newerSlot() throws {
        let cluster = World.formed(seed: 1)
        cluster.mustPut("before", [1], at: cluster.machines[0])
        let leader = try #require(cluster.leader)
        leader.replica?.step(.propose(bundle: Self.newerBundle))
        leader.process?.requestTurn()
        cluster.timeline.run(milliseconds: 300)
        let stoppedAt = leader.replica?.machine.appliedSlot
        #expect(cluster.machines.allSatisfy { $0.replica?.machine.needsUpgrade == true })
        expectRefusals(cluster)

        var turns = 0
        cluster.onTurn = { _ in turns += 1 }
        cluster.timeline.run(milliseconds: 100)
        #expect(turns < 300, "turn after turn without anything to do")

        // Voting goes on: a new leader's own slot is decided.
        leader.losePower()
        #expect(cluster.timeline.run(milliseconds: 2000) { cluster.leader != nil })
        cluster.timeline.run(milliseconds: 200)
        let decided = cluster.leader?.replica?.status.decidedSlot ?? 0
        #expect(decided > (stoppedAt ?? 0) + 1)
        #expect(cluster.leader?.replica?.decidedQueue.isEmpty == true)

        for node in cluster.living { node.losePower() }
        for node in cluster.machines { node.start() }
        #expect(cluster.timeline.run(milliseconds: 2000) { cluster.leader != nil })
        cluster.timeline.run(milliseconds: 200)
        expectRefusals(cluster)
        for node in cluster.machines {
            #expect(node.replica?.machine.appliedSlot == stoppedAt)
            #expect(cluster.value("before", at: node) == [1])
        }
        #expect(cluster.breaches == [])
    }

    @Test("whose log knows newer members than what it could apply gives no backup, and says why")
    func newerMembers() throws {
        let cluster = World.formed(seed: 2, tune: { $0.hasBase = true })
        cluster.mustPut("before", [1], at: cluster.machines[0])
        let leader = try #require(cluster.leader)
        leader.replica?.step(.propose(bundle: Self.newerBundle))
        leader.process?.requestTurn()
        cluster.timeline.run(milliseconds: 300)
        let seats = cluster.machines.map {
            Seat(
                replica: $0.replicaID, incarnation: $0.identity.incarnation, isVoter: true,
                name: $0.name, peerURLs: ["http://moved:2380"])
        }
        let answer = Answer<ChangeOutcome>()
        leader.replica?.change(to: Membership(seats: seats)) { answer.take($0) }
        guard case .decided = cluster.wait(answer) else {
            Issue.record("the members were not moved")
            return
        }
        cluster.timeline.run(milliseconds: 300)
        for node in cluster.machines { node.losePower() }
        for node in cluster.machines { node.start() }
        cluster.timeline.run(milliseconds: 300)
        let replica = try #require(cluster.machines[0].replica)
        #expect(try #require(replica.governing).slot > replica.appliedSlot)
        #expect(throws: Backup.Refusal.self) { try replica.beginBackup { _ in } }
        #expect(cluster.breaches == [])
    }

    private func expectRefusals(_ cluster: World) {
        for node in cluster.machines {
            let reason = "a decided slot needs a newer version: upgrade this node"
            #expect(cluster.wait(cluster.read(at: node)) == .refused(.notReady(reason)))
            #expect(cluster.wait(cluster.put("x", at: node))?.refusal == .notReady(reason))
        }
    }
}
