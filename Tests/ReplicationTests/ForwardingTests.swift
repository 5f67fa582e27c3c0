import Paxos
import Replication
import Testing

/// Only the origin sends again, with the ids that its commands had, so that nothing runs twice (P18, P19).
@Suite("Forwarding")
struct ForwardingTests {
    /// A follower's append is decided without its knowledge, the leader dies, and the follower sends it
    /// again: it then stands in two slots and has run once.
    @Test("sent again after a leader change, run once", arguments: 1...10 as ClosedRange<UInt64>)
    func sentAgain(seed: UInt64) throws {
        let cluster = Cluster(seed: seed).formed()
        let leader = try #require(cluster.leader)
        let origin = try #require(cluster.follower)
        let third = try #require(cluster.nodes.first { $0 !== leader && $0 !== origin })
        cluster.mustPut("before", at: origin)
        var slots: Set<Slot> = []
        cluster.onMessage = { message, _, _ in
            guard case .accept(let accept) = message, case .batch(let batch) = accept.value
            else { return }
            if Self.contains("<once>", batch.payload) { slots.insert(accept.slot) }
        }
        let answer = cluster.append("list", "<once>", at: origin)
        // Cut off as soon as the leader has it: the origin does not learn what became of it.
        #expect(cluster.timeline.run(milliseconds: 100) { !slots.isEmpty })
        cluster.isolate(origin)
        #expect(
            cluster.timeline.run(milliseconds: 100) {
                cluster.value("list", at: third) != nil
            })
        #expect(answer.count == 0)
        leader.crash()
        cluster.unblockAll()
        #expect(cluster.wait(answer)?.isApplied == true)
        leader.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.becomesLevel())
        #expect(slots.count >= 2, "it was not sent again: the test shows nothing")
        for node in cluster.nodes {
            #expect(cluster.value("list", at: node) == Array("<once>".utf8))
        }
        #expect(answer.count == 1)
        #expect(cluster.violations == [])
    }

    @Test("a link to the leader that comes back brings what was lost on it")
    func linkComesBack() throws {
        let cluster = Cluster(seed: 20).formed()
        let origin = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        cluster.block(origin, leader, breaks: false)
        let answer = cluster.append("list", "<x>", at: origin)
        cluster.timeline.run(milliseconds: 5)
        #expect(answer.count == 0)
        cluster.connection(origin, leader)?.close()
        cluster.unblockAll()
        #expect(cluster.wait(answer, milliseconds: 500)?.isApplied == true)
        #expect(cluster.value("list", at: origin) == Array("<x>".utf8))
    }

    @Test("a bundle that a live link lost is sent again in time")
    func lostOnALiveLink() throws {
        var options = Cluster.Options()
        options.requestTimeoutMilliseconds = 5_000
        let cluster = Cluster(seed: 21, options: options).formed()
        let origin = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        let round = origin.replica?.ballotRound
        cluster.block(origin, leader, breaks: false)
        let answer = cluster.append("list", "<x>", at: origin)
        cluster.timeline.run(milliseconds: 5)
        cluster.unblockAll()
        #expect(cluster.wait(answer, milliseconds: 4_000)?.isApplied == true)
        #expect(origin.replica?.ballotRound == round, "a new leader was the reason")
        #expect(cluster.value("list", at: origin) == Array("<x>".utf8))
    }

    @Test(
        "leaders come and go under load, and nothing runs twice",
        arguments: 1...6 as ClosedRange<UInt64>)
    func manyLeaders(seed: UInt64) throws {
        let cluster = Cluster(seed: seed).formed()
        let clients = Workload(cluster, clients: 8, thinkMicroseconds: 100...3_000)
        var changes = 0
        for _ in 0..<12 {
            cluster.timeline.run(milliseconds: cluster.random(in: 20...120))
            guard let leader = cluster.leader else { continue }
            changes += 1
            cluster.isolate(leader, breaks: cluster.happens(percent: 50))
            _ = cluster.timeline.run(milliseconds: 1500) {
                cluster.nodes.contains { $0 !== leader && $0.replica?.status.isLeader == true }
            }
            cluster.unblockAll()
        }
        #expect(changes >= 8)
        clients.stop()
        #expect(cluster.timeline.run(milliseconds: 3000) { clients.isQuiet })
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.becomesLevel())
        #expect(cluster.violations == [])
        for node in cluster.nodes {
            let machine = try #require(node.replica?.machine)
            #expect(HistoryChecker.check(clients.operations, against: machine) == [])
        }
    }

    private static func contains(_ text: String, _ bytes: [UInt8]) -> Bool {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains {
            bytes[$0] == wanted[0] && bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
    }
}
