import Basics
import Paxos
import Replication
import Simulation
import Testing

/// Networks in which some nodes hear others and some do not.
struct PartitionTests {
    /// The round of the newest ballot that anybody promised.
    private func newestRound(_ world: World) -> UInt64 {
        world.machines.map { $0.replica?.ballotRound ?? 0 }.max() ?? 0
    }

    /// Five nodes and clients, on disks that take their time.
    private func world(_ seed: UInt64) -> World {
        World.formed(seed: seed) {
            $0.nodeCount = 5
            $0.electionTimeoutMilliseconds = 250
            $0.heartbeatMilliseconds = 50
            $0.diskMicroseconds = 5_000...60_000
            $0.setClients(10, meanPauseMicroseconds: 20_000)
        }
    }

    /// Cuts link after link, until each node hears its neighbours in a row, at whose end the leader is.
    private func makeChain(_ world: World, _ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var row = [try #require(world.leader)]
        var others = world.machines.filter { $0 !== row[0] }
        while !others.isEmpty {
            row.append(others.remove(at: Int(random.next() % UInt64(others.count))))
        }
        for first in row.indices {
            for second in row.indices where second > first + 1 {
                world.cutOff(row[first], from: row[second], breaks: seed % 2 == 0)
                world.timeline.run(milliseconds: 8)
            }
        }
    }

    /// Candidates at both sides of a voter do not hear each other. Each that takes the voter's promise before the other
    /// one leads would make it one ballot more.
    @Test func candidatesInAChainDoNotTakeThePromiseFromEachOther() throws {
        var denied: UInt64 = 0
        for seed in 1...24 as ClosedRange<UInt64> {
            let world = world(seed)
            world.timeline.run(milliseconds: 500)
            let before = newestRound(world)
            try makeChain(world, seed)
            world.timeline.run(milliseconds: 2_000)
            #expect((1...3).contains(newestRound(world) - before), "seed \(seed)")
            denied += world.machines.reduce(0) {
                $0 + ($1.replica?.paxosMarks[.probeDeniedForCandidate] ?? 0)
            }
            world.mendAll()
            #expect(world.becomesReadable(milliseconds: 3_000))
            #expect(world.breaches == [])
        }
        #expect(denied > 0)
    }
}
