import Paxos
import Replication
import Simulation
import Testing

/// Only the origin sends again, with the ids that its commands had, so that nothing runs twice (P18, P19).
@Suite("Forwarding")
struct ForwardingTests {
    /// A follower's append is decided without its knowledge, the leader dies, and the follower sends it
    /// again: it then stands in two slots and has run once.
    @Test("sent again after a leader change, run once", arguments: 1...10 as ClosedRange<UInt64>)
    func sentAgain(seed: UInt64) throws {
        let cluster = World.formed(seed: seed)
        let leader = try #require(cluster.leader)
        let origin = try #require(cluster.follower)
        let third = try #require(cluster.machines.first { $0 !== leader && $0 !== origin })
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
        leader.losePower()
        cluster.mendAll()
        #expect(cluster.wait(answer)?.isApplied == true)
        leader.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.becomesLevel())
        #expect(slots.count >= 2, "it was not sent again: the test shows nothing")
        for node in cluster.machines {
            #expect(cluster.value("list", at: node) == Array("<once>".utf8))
        }
        #expect(answer.count == 1)
        #expect(cluster.breaches == [])
    }

    @Test("a link to the leader that comes back brings what was lost on it")
    func linkComesBack() throws {
        let cluster = World.formed(seed: 20)
        let origin = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        cluster.cutOff(origin, from: leader, breaks: false)
        let answer = cluster.append("list", "<x>", at: origin)
        cluster.timeline.run(milliseconds: 5)
        #expect(answer.count == 0)
        cluster.network.breakConnection(origin, leader)
        cluster.mendAll()
        #expect(cluster.wait(answer, milliseconds: 500)?.isApplied == true)
        #expect(cluster.value("list", at: origin) == Array("<x>".utf8))
    }

    @Test("a bundle that a live link lost is sent again in time")
    func lostOnALiveLink() throws {
        let cluster = World.formed(seed: 21) { $0.requestTimeoutMilliseconds = 5_000 }
        let origin = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        let round = origin.replica?.ballotRound
        cluster.cutOff(origin, from: leader, breaks: false)
        let answer = cluster.append("list", "<x>", at: origin)
        cluster.timeline.run(milliseconds: 5)
        cluster.mendAll()
        #expect(cluster.wait(answer, milliseconds: 4_000)?.isApplied == true)
        #expect(origin.replica?.ballotRound == round, "a new leader was the reason")
        #expect(cluster.value("list", at: origin) == Array("<x>".utf8))
    }

    @Test(
        "leaders come and go under load, and nothing runs twice",
        arguments: 1...6 as ClosedRange<UInt64>)
    func manyLeaders(seed: UInt64) throws {
        let cluster = World.formed(seed: seed) { $0.setClients(8, meanPauseMicroseconds: 1_500) }
        var dice = Dice(seed: seed, concern: "test")
        let clients = Workload(cluster)
        clients.start()
        var changes = 0
        for _ in 0..<12 {
            cluster.timeline.run(milliseconds: dice.number(in: 20...120))
            guard let leader = cluster.leader else { continue }
            changes += 1
            cluster.isolate(leader, breaks: dice.happens(perMille: 500))
            _ = cluster.timeline.run(milliseconds: 1500) {
                cluster.machines.contains { $0 !== leader && $0.replica?.status.isLeader == true }
            }
            cluster.mendAll()
        }
        #expect(changes >= 8)
        cluster.judge(clients)
    }

    private static func contains(_ text: String, _ bytes: [UInt8]) -> Bool {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains {
            bytes[$0] == wanted[0] && bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
    }
}
