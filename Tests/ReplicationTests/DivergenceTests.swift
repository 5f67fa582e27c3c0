import Basics
import MVCC
import Paxos
import Rows
import Simulation
import StateMachine
import Testing

@testable import Replication

/// A replica whose state is not that of the others (P28).
@Suite("States that differ")
struct DivergenceTests {
    private func put(_ count: Int, _ cluster: World, at node: SimMachine) {
        for number in 0..<count { cluster.mustPut("k\(number % 9)", at: node) }
    }

    private func corruptMember(_ node: SimMachine) -> UInt64? {
        node.replica?.machine.alarms.all.first { $0.kind == .corrupt }?.member
    }

    /// By the first seed it learns that it is wrong before it has reported its state.
    @Test(
        "it is found by all, serves nothing, and is right again after a restart",
        arguments: 1...4 as ClosedRange<UInt64>)
    func oneReplicaDiffers(seed: UInt64) throws {
        let cluster = World.formed(seed: seed)
        let (good, bad) = (cluster.machines[0], cluster.machines[2])
        put(10, cluster, at: good)
        var tampered = try #require(bad.replica?.machine.keyspace).beginWrite()
        tampered.put(Array("k1".utf8), value: [66])
        tampered.end()
        put(260, cluster, at: good)
        #expect(
            cluster.timeline.run(milliseconds: 3000) {
                bad.replica?.machine.wrongSlot != nil && corruptMember(good) != nil
            })
        #expect(bad.replica?.machine.wrongSlot == Limits.digestIntervalSlots)
        #expect(corruptMember(good) == bad.replicaID.rawValue)
        for node in cluster.machines where node !== bad {
            #expect(node.replica?.machine.wrongSlot == nil)
            #expect(cluster.value("k1", at: node) == [1], "the others go on")
        }
        guard case .refused(.notReady(let reason)) = cluster.wait(cluster.read(at: bad)) else {
            Issue.record("expected the node to refuse")
            return
        }
        #expect(reason.contains("is not that of the others, since slot 256"))
        #expect(cluster.wait(cluster.put("x", at: bad))?.refusal == .notReady(reason))
        #expect(bad.replica?.localReadRefusal == .notReady(reason))
        #expect(bad.replica?.status.problem == reason)
        #expect(bad.replica?.streamRefusal == .notReady(reason))

        bad.kill()
        if bad.process == nil { bad.start() }
        put(260, cluster, at: good)
        #expect(
            cluster.timeline.run(milliseconds: 5000) { corruptMember(good) == nil })
        #expect(cluster.value("k1", at: bad) == [1])
    }

    @Test(
        "a wrong state that was flushed is not gone on with: that of another member takes its place"
    )
    func wrongStateInTheBase() throws {
        let cluster = World.formed(
            seed: 5,
            tune: {
                $0.hasBase = true
                $0.memory = MemoryPlan(
                    generationBytes: 4 << 10, tableBytes: 2 << 10, replayBytes: 64 << 10)
                $0.logTailBytes = 0
                $0.logPinnedBytes = 0
                $0.tailBytes = 0
            })
        let (good, bad) = (cluster.machines[0], cluster.machines[2])
        put(10, cluster, at: good)
        var tampered = try #require(bad.replica?.machine.keyspace).beginWrite()
        tampered.put(Array("k1".utf8), value: [66])
        tampered.end()
        put(300, cluster, at: good)
        #expect(
            cluster.timeline.run(milliseconds: 3000) { bad.replica?.machine.wrongSlot != nil })
        cluster.timeline.run(milliseconds: 50)
        #expect((bad.base.slot ?? 0) > Limits.digestIntervalSlots)
        let replica = try #require(bad.replica)
        #expect(throws: Backup.Refusal.notReady(try #require(replica.divergence))) {
            try replica.beginBackup { _ in }
        }
        bad.kill()
        if bad.process == nil { bad.start() }
        put(300, cluster, at: good)
        #expect(
            cluster.timeline.run(milliseconds: 10_000) { corruptMember(good) == nil })
        #expect(cluster.value("k1", at: bad) == [1])
    }

    @Test("where no majority agrees nobody reads or writes")
    func allDiffer() throws {
        let cluster = World.formed(seed: 2)
        put(10, cluster, at: cluster.machines[0])
        for (index, node) in cluster.machines.enumerated() {
            var tampered = try #require(node.replica?.machine.keyspace).beginWrite()
            tampered.put(Array("k1".utf8), value: [UInt8(index)])
            tampered.end()
        }
        for _ in 0..<300 where corruptMember(cluster.machines[0]) == nil {
            _ = cluster.wait(cluster.put("k2", at: cluster.machines[0]))
        }
        #expect(
            cluster.timeline.run(milliseconds: 3000) {
                cluster.machines.allSatisfy { $0.replica?.machine.isReadable == false }
            })
        #expect(corruptMember(cluster.machines[1]) == 0)
        let outcome = cluster.wait(cluster.put("k2", at: cluster.machines[1]))
        guard case .applied(.failed(let error)) = outcome else {
            Issue.record("expected a refusal by the store, not \(String(describing: outcome))")
            return
        }
        #expect(error == .corrupt)
    }
}
