import Basics
import Paxos
import Testing

/// Random histories: what a seed does to a few cores, and what must hold all the same.
enum RandomHistory {
    /// Runs one seed; what went wrong, or nothing.
    static func run(seed: UInt64, mischief: Mischief? = nil, trace: Bool = false) -> [String] {
        var dice = SeededRandom(seed: seed ^ 0x5eed)
        var options = World.Options()
        options.nodes = [1, 3, 3, 3, 3, 5][Int(dice.next() % 6)]
        options.lossPercent = [0, 0, 2, 10][Int(dice.next() % 4)]
        options.duplicatePercent = [0, 5, 20][Int(dice.next() % 3)]
        options.delayMax = [2, 5, 15][Int(dice.next() % 3)]
        options.diskMax = [1, 4, 20][Int(dice.next() % 3)]
        options.mischief = mischief
        let isTight = dice.next() % 2 == 0
        options.tune = { configuration in
            if isTight {
                configuration.chunkBytes = 100
                configuration.windowSlots = 6
                configuration.tailBytes = 400
                configuration.batchBytes = 24
                configuration.followerBytes = 300
            }
        }
        var world = World(seed: seed, options: options)
        world.trace = trace
        for _ in 0..<14 {
            act(&world)
            if !world.violations.isEmpty { return world.violations }
        }
        return settle(&world)
    }

    /// A stretch of time with some misfortune and some work.
    private static func act(_ world: inout World) {
        let node = Int(world.below(UInt64(world.nodes.count)))
        let other = Int(world.below(UInt64(world.nodes.count)))
        switch world.below(12) {
        case 0, 1: world.crash(node)
        case 2, 3, 4: world.restart(node)
        case 5: if node != other { world.block(node, other) }
        case 6: world.blocked[node][other] = node != other
        case 7: world.heal()
        case 8: world.nodes[node].diskStalledUntil = world.now + world.below(200)
        case 9: world.step(node, .moveLeader(to: nil))
        case 10: for index in world.nodes.indices { world.crash(index) }
        default: break
        }
        for _ in 0..<world.below(12) {
            let client = Int(world.below(UInt64(world.nodes.count)))
            if world.below(3) == 0 { world.read(at: client) } else { world.propose(at: client) }
            world.run(world.below(8))
        }
        world.run(world.below(60))
    }

    /// All is healed: within a bounded time all agree, and new work gets done.
    private static func settle(_ world: inout World) -> [String] {
        world.heal()
        for index in world.nodes.indices {
            world.restart(index)
            world.nodes[index].diskStalledUntil = 0
        }
        world.run(150)
        for index in world.nodes.indices {
            world.propose(at: index)
            world.read(at: index)
        }
        var isLive = false
        for _ in 0..<5 where !isLive {
            isLive = world.run(atMost: 300) { world in
                let marks = world.nodes.map(\.deliveredUpTo)
                return marks.allSatisfy { $0 == marks[0] }
                    && world.nodes.allSatisfy { $0.unanswered.isEmpty && $0.reads.isEmpty }
            }
            // A network that drops a Forward without breaking the connection leaves it to the client.
            if !isLive { world.proposeAgain() }
        }
        var found = world.violations + world.fatals.map { "fatal: " + $0 }
        if !isLive { found.append("NotLive \(world.nodes.map { describe($0) })") }
        return found
    }

    private static func describe(_ node: HarnessNode) -> String {
        guard let status = node.core?.status else { return "down" }
        return
            "\(status.role) leader \(status.leader?.round ?? 0) promised \(status.promised.round)"
            + " decided \(status.decidedUpTo.rawValue) open \(status.openSlots)"
            + " waiting \(node.unanswered.count) reads \(node.reads.count)"
    }
}

@Suite struct RandomHistoryTests {
    @Test(arguments: 0..<8)
    func nothingIsEverDecidedTwice(part: UInt64) {
        for seed in (part * 25)..<(part * 25 + 25) {
            let found = RandomHistory.run(seed: seed)
            #expect(found == [], "seed \(seed)")
        }
    }
}
