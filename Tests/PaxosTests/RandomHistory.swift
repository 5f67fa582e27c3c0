import Basics
import Paxos

/// A random history: what a seed does to a few cores, and what must hold all the same.
struct RandomHistory {
    let world: World
    private let isHostile: Bool
    /// Whether roles die, on nodes that live on.
    private let isMortal: Bool
    /// Whether the membership changes.
    private let isChanging: Bool
    /// Whether logs lose their beginning.
    private let isTruncating: Bool

    /// Runs one seed; what went wrong, or nothing. With mischief the history is of the kind in which that
    /// rule matters.
    static func run(seed: UInt64, mischief: Mischief? = nil, trace: Bool = false) -> [String] {
        let history = RandomHistory(seed: seed, mischief: mischief, isMortal: seed % 3 == 0)
        history.world.trace = trace
        return history.run(mischief)
    }

    /// The same with roles that die; how often they did, too.
    static func runMortal(seed: UInt64) -> (found: [String], deaths: Int) {
        let history = RandomHistory(seed: seed, mischief: nil, isMortal: true)
        return (history.run(nil), history.world.roleDeaths)
    }

    /// The same with memberships that change; how many changes were decided, too.
    static func runChanging(
        seed: UInt64, mischief: Mischief? = nil, trace: Bool = false
    ) -> (found: [String], changes: Int) {
        let history = RandomHistory(
            seed: seed, mischief: mischief, isMortal: seed % 4 == 0, isChanging: true)
        history.world.trace = trace
        return (history.run(mischief), history.world.changesDecided)
    }

    /// The same with logs that lose their beginning, in some with memberships that change; the world, too.
    static func runTruncating(
        seed: UInt64, mischief: Mischief? = nil, trace: Bool = false
    ) -> (found: [String], world: World) {
        let history = RandomHistory(
            seed: seed, mischief: mischief, isMortal: seed % 4 == 0, isChanging: seed % 3 == 0,
            isTruncating: true)
        history.world.trace = trace
        return (history.run(mischief), history.world)
    }

    private func run(_ mischief: Mischief?) -> [String] {
        for turn in 0..<(mischief == nil ? 12 : 20) {
            if isHostile && turn % 2 == 1 { sleepyLeader() } else { act() }
            if !world.violations.isEmpty { return world.violations }
        }
        return settle()
    }

    private init(
        seed: UInt64, mischief: Mischief?, isMortal: Bool, isChanging: Bool = false,
        isTruncating: Bool = false
    ) {
        self.isMortal = isMortal && mischief == nil
        self.isTruncating = isTruncating
        self.isChanging = isChanging
        var dice = SeededRandom(seed: seed ^ 0x5eed)
        func pick<Choice>(_ choices: [Choice]) -> Choice {
            choices[Int(dice.next() % UInt64(choices.count))]
        }
        var options = World.Options()
        options.nodes = pick(mischief == nil ? [1, 3, 3, 3, 4, 5] : [3])
        options.learners = options.nodes > 3 ? pick([0, 1, 2]) : 0
        if isChanging {
            options.nodes = pick([3, 4, 5, 6, 7])
            options.members = pick([1, 3, 3, 5].filter { $0 <= options.nodes })
            options.learners = 0
        }
        options.lossPercent = pick([0, 0, 2, 10])
        options.duplicatePercent = pick([0, 5, 20])
        let isHostile = mischief != nil && !isChanging
        options.delayMax = pick(isHostile ? [15, 30] : [2, 5, 15])
        options.diskMax = pick(isHostile ? [20, 40] : [1, 4, 20])
        options.mischief = mischief
        options.truncates = isTruncating
        options.checksInvariants = mischief.map(\.breaksInvariants) ?? true
        let isTight = pick([true, false]) || isHostile
        options.tune = { configuration in
            if isTruncating { configuration.tailBytes = 100 }
            guard isTight else { return }
            configuration.chunkBytes = 50
            configuration.windowSlots = 6
            configuration.tailBytes = isTruncating ? 100 : 400
            configuration.batchBytes = 24
            configuration.followerBytes = 300
        }
        self.isHostile = isHostile
        world = World(seed: seed, options: options)
    }

    /// A stretch of time with some misfortune and some work.
    private func act() {
        let count = UInt64(world.nodes.count)
        let node = Int(world.below(count))
        let other = Int(world.below(count))
        switch world.below(isHostile ? 11 : 15) {
        case 0, 1: world.crash(node)
        case 2, 3, 4: world.restart(node)
        case 5: if node != other { world.block(node, other) }
        case 6: world.blocked[node][other] = node != other
        case 7: world.heal()
        case 8: for index in world.nodes.indices { world.crash(index) }
        case 9, 10: world.nodes[node].pausedUntil = world.now + world.below(400)
        case 11: world.nodes[node].diskStalledUntil = world.now + world.below(200)
        case 13: if world.below(3) == 0 { sleepyLeader() }
        case 12: world.step(node, .moveLeader(to: nil))
        default: break
        }
        if isTruncating { leaveBehind(other) }
        if isMortal { disturbRoles() }
        if isChanging && world.below(4) == 0 { strandFormerVoters() }
        for _ in 0..<world.below(12) {
            let client = Int(world.below(count))
            if isChanging && world.below(2) == 0 { world.changeMembership() }
            if world.below(3) == 0 { world.read(at: client) } else { world.propose(at: client) }
            world.run(world.below(8))
        }
        world.run(world.below(60))
        if isHostile { for index in world.nodes.indices { world.restart(index) } }
    }

    /// The others go on without a node, and their logs lose what it lacks; or it loses its own state.
    private func leaveBehind(_ node: Int) {
        if world.below(3) == 0 {
            world.crash(node)
            world.loseBase(node)
        }
        guard world.below(2) == 0 else { return }
        for other in world.nodes.indices where other != node { world.block(node, other) }
        for _ in 0..<8 {
            for index in world.nodes.indices where index != node { world.propose(at: index) }
            world.run(20)
        }
        world.heal()
        world.run(60)
    }

    /// Roles die and come back, each at its own time.
    private func disturbRoles() {
        for _ in 0..<world.below(4) {
            let index = Int(world.below(UInt64(world.nodes.count)))
            let role = Role.allCases[Int(world.below(3))]
            if world.nodes[index].core?.deadRoles.contains(role) == true {
                world.revive(index, role, world.below(8) == 0 ? .amnesia : .recovered)
            } else {
                world.kill(index, role)
            }
            world.run(world.below(30))
        }
    }

    /// The leader stops for longer than the time-out and is replaced behind its back by a node that it cannot
    /// hear; the third one restarts meanwhile. Awake again, it goes on as if nothing had happened.
    private func sleepyLeader() {
        guard world.nodes.count > 1, let leader = world.leader else { return world.run(60) }
        let count = world.nodes.count
        let rival = (leader + 1 + Int(world.below(UInt64(count - 1)))) % count
        world.heal()
        world.propose(at: leader)
        world.run(40)
        world.read(at: leader)
        world.run(2)
        world.block(leader, rival)
        world.nodes[leader].pausedUntil = world.now + 180 + world.below(60)
        world.run(150)
        for _ in 0..<3 {
            world.propose(at: rival)
            world.run(world.below(20))
        }
        for index in world.nodes.indices where index != leader && index != rival {
            if world.options.mischief == .core(.unsafeAmnesia) {
                world.kill(index, .acceptor)
                world.revive(index, .acceptor, .amnesia)
            } else {
                world.crash(index)
                world.restart(index)
            }
        }
        while world.nodes[leader].pausedUntil > world.now { world.run(1) }
        for _ in 0..<3 {
            world.read(at: leader)
            world.propose(at: leader)
            world.run(world.below(12))
        }
        world.run(world.below(100))
    }

    /// All is healed: within a bounded time all agree, and new work gets done.
    private func settle() -> [String] {
        world.heal()
        world.isSettling = true
        for index in world.nodes.indices {
            world.restart(index)
            world.nodes[index].diskStalledUntil = 0
            world.nodes[index].pausedUntil = 0
        }
        world.reviveAll()
        world.run(120)
        for index in world.members {
            world.propose(at: index)
            world.read(at: index)
        }
        var isLive = false
        for _ in 0..<8 where !isLive {
            isLive = world.run(atMost: 300) { world in
                let members = world.members.map { world.nodes[$0] }
                return members.allSatisfy { $0.deliveredUpTo == members[0].deliveredUpTo }
                    && members.allSatisfy { $0.unanswered.isEmpty && $0.reads.isEmpty }
            }
            // A network that drops a Forward without breaking the connection leaves it to the client.
            if !isLive { world.proposeAgain() }
        }
        var found = world.violations + world.fatals.map { "fatal: " + $0 }
        if !isLive && world.options.mischief == nil {
            found.append("NotLive \(world.nodes.map { describe($0) })")
        }
        return found
    }

    private func describe(_ node: HarnessNode) -> String {
        guard let status = node.core?.status else { return "down" }
        return
            "\(status.role) leader \(status.leader?.round ?? 0) promised \(status.promised.round)"
            + " decided \(status.decidedUpTo.rawValue) open \(status.openSlots)"
            + " waiting \(node.unanswered.count) reads \(node.reads.count)"
    }
}
