import EtcdMessages
import MVCC
import Paxos
import Replication
import StateMachine
import Simulation
import Testing

/// Clients' retries execute once, at whatever node (P21). Random trouble is the simulator's.
@Suite("Sessions")
struct SessionTests {
    /// A command is decided, the node that took it dies before it can answer, and so does the leader.
    @Test(
        "a retry at another node, after its node and the leader were killed, gets the first result",
        arguments: 1...8 as ClosedRange<UInt64>)
    func retryElsewhere(seed: UInt64) throws {
        let cluster = World.formed(seed: seed) { $0.nodeCount = 5 }
        let leader = try #require(cluster.leader)
        let origin = try #require(cluster.follower)
        let others = cluster.machines.filter { $0 !== leader && $0 !== origin }
        let id = try #require(cluster.registerSession(at: origin))
        let session = ClientSession(id: id, sequence: 1)
        var isAccepting = false
        cluster.onMessage = { message, _, _ in
            guard case .accept(let accept) = message, case .batch(let batch) = accept.value
            else { return }
            if !batch.payload.isEmpty { isAccepting = true }
        }
        let first = cluster.append("list", "<once>", session: session, at: origin)
        // Cut off as soon as the leader has it: its node does not learn what became of it.
        #expect(cluster.timeline.run(milliseconds: 100) { isAccepting })
        cluster.isolate(origin)
        #expect(
            cluster.timeline.run(milliseconds: 500) {
                others.contains { cluster.value("list", at: $0) != nil }
            })
        origin.losePower()
        leader.losePower()
        cluster.mendAll()
        #expect(first.count == 0, "the answer came first: the test shows nothing")
        cluster.mustPut("between", at: others[0])
        for node in others {
            let retry = cluster.append("list", "<once>", session: session, at: node)
            expectFirstResult(cluster.wait(retry))
        }
        for node in [origin, leader] { node.start() }
        #expect(cluster.becomesReadable(milliseconds: 3000))
        let retry = cluster.append("list", "<once>", session: session, at: origin)
        expectFirstResult(cluster.wait(retry))
        expectOnce(cluster)
    }

    @Test("a first try that is still on its way when the retry runs does not run after it")
    func overtaken() throws {
        let cluster = World.formed(seed: 30)
        let origin = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        let id = try #require(cluster.registerSession(at: leader))
        let session = ClientSession(id: id, sequence: 1)
        cluster.cutOff(origin, from: leader, breaks: false)
        let first = cluster.append("list", "<once>", session: session, at: origin)
        cluster.timeline.run(milliseconds: 5)
        expectFirstResult(
            cluster.wait(cluster.append("list", "<once>", session: session, at: leader)))
        cluster.network.breakConnection(origin, leader)
        cluster.mendAll()
        expectFirstResult(cluster.wait(first))
        expectOnce(cluster)
    }

    @Test("the table is there again after all nodes were killed", arguments: [40, 41] as [UInt64])
    func afterRestart(seed: UInt64) throws {
        let cluster = World.formed(seed: seed)
        let id = try #require(cluster.registerSession(at: cluster.machines[0]))
        let session = ClientSession(id: id, sequence: 7)
        expectFirstResult(
            cluster.wait(
                cluster.append("list", "<once>", session: session, at: cluster.machines[0])))
        for node in cluster.machines { node.losePower() }
        for node in cluster.machines { node.start() }
        #expect(cluster.becomesReadable(milliseconds: 5000))
        for node in cluster.machines {
            expectFirstResult(
                cluster.wait(cluster.append("list", "<once>", session: session, at: node)))
        }
        // Ids of before are not given again.
        let next = try #require(cluster.registerSession(at: cluster.machines[1]))
        #expect(next > id)
        expectOnce(cluster)
    }

    /// What the first append to an absent key is told.
    private func expectFirstResult(_ result: ProposalResult?) {
        guard case .applied(.readModifyWrite(let response)) = result else {
            Issue.record("not applied: \(String(describing: result))")
            return
        }
        #expect(response.applied)
        #expect(!response.hasOld)
        #expect(response.current.value == Array("<once>".utf8))
        #expect(response.current.modRevision == response.header.revision)
    }

    private func expectOnce(_ cluster: World) {
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.becomesLevel())
        for node in cluster.machines {
            #expect(cluster.value("list", at: node) == Array("<once>".utf8))
            #expect((node.replica?.machine.sessionRetryCount ?? 0) > 0)
        }
        #expect(cluster.breaches == [])
    }
}
