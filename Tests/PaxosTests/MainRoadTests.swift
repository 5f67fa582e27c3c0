import Paxos
import Testing

@Suite struct MainRoadTests {
    @Test(arguments: [1, 3, 5])
    func electsReplicatesAndReads(nodes: Int) {
        var options = World.Options()
        options.nodes = nodes
        let world = World(seed: 7, options: options)
        #expect(world.run(atMost: 500) { $0.leader != nil })
        for index in world.nodes.indices { world.propose(at: index) }
        let decided = world.run(atMost: 200) { world in
            world.nodes.allSatisfy { $0.unanswered.isEmpty && $0.leader != nil }
        }
        #expect(decided, "\(world.nodes.map { $0.core?.status })")
        for index in world.nodes.indices { world.read(at: index) }
        #expect(world.run(atMost: 200) { $0.nodes.allSatisfy { $0.readsAnswered == 1 } })
        #expect(world.violations == [])
        #expect(world.fatals == [])
    }

    @Test func aKilledLeaderIsReplacedAndCatchesUp() {
        let world = World(seed: 11)
        #expect(world.run(atMost: 500) { $0.leader != nil })
        world.run(100)
        guard let first = world.leader else { return }
        world.crash(first)
        #expect(world.run(atMost: 500) { $0.leader != nil && $0.leader != first })
        for _ in 0..<50 {
            world.propose(at: (first + 1) % 3)
            world.run(2)
        }
        world.restart(first)
        let caughtUp = world.run(atMost: 500) { world in
            let marks = world.nodes.map(\.deliveredUpTo)
            return marks.allSatisfy { $0 == marks[0] }
                && world.nodes.allSatisfy { $0.unanswered.isEmpty }
        }
        #expect(caughtUp, "\(world.nodes.map { $0.core?.status })")
        #expect(world.violations == [])
    }

    /// All notice the leader's death at once: the best rank goes first, and is not disturbed (P14).
    @Test(arguments: [3, 5])
    func aKilledLeaderIsReplacedWithinTensOfMilliseconds(nodes: Int) {
        var longest: UInt64 = 0
        for seed in 0..<20 {
            var options = World.Options()
            options.nodes = nodes
            options.delayMax = 2
            options.diskMax = 2
            options.tune = {
                $0.electionTimeoutMilliseconds = 250
                $0.heartbeatMilliseconds = 50
            }
            let world = World(seed: UInt64(seed), options: options)
            #expect(world.run(atMost: 1000) { $0.leader != nil })
            world.run(100)
            guard let first = world.leader else { return }
            let round = world.nodes[first].leader?.round ?? 0
            world.crash(first, isNoticed: true)
            let began = world.now
            let other = (first + 1) % nodes
            world.read(at: other)
            #expect(world.run(atMost: 250) { $0.nodes[other].readsAnswered == 1 })
            longest = max(longest, world.now - began)
            #expect((world.nodes[other].leader?.round ?? 99) <= round + 2)
            #expect(world.violations == [])
        }
        #expect(longest <= 80, "\(longest) ms")
    }
}
