extension Nemesis {
    private typealias Way = (from: SimMachine, to: SimMachine)

    func strikeNetwork(_ fault: Fault, _ dice: inout Dice) {
        switch fault {
        case .loss: worsen(&dice) { $0.lossPerMille = $1.one(of: [10, 50, 150, 300]) }
        case .duplication: worsen(&dice) { $0.duplicatesPerMille = $1.one(of: [50, 200, 500]) }
        case .reordering: worsen(&dice) { $0.reorderedPerMille = $1.one(of: [50, 300, 1000]) }
        case .lateness:
            worsen(&dice) {
                $0.latePerMille = $1.one(of: [5, 50, 300])
                $0.lateMicroseconds = $1.one(of: [50_000, 500_000, 5_000_000])
            }
        case .oldFrames: replay(&dice)
        case .bitFlips: worsen(&dice) { $0.flippedPerMille = $1.one(of: [1, 5, 30]) }
        case .clientLoss:
            workload.lossPerMille = dice.one(of: [20, 100, 300])
            later(200...4_000, &dice) { [workload] in workload.lossPerMille = 0 }
        case .slowLink: slow(&dice)
        case .brokenConnection:
            world.network.breakConnection(anyMachine(&dice), anyMachine(&dice))
        case .flapping: flap(&dice)
        default: partition(fault, &dice)
        }
    }

    /// Makes all wires worse for a while.
    private func worsen(
        _ dice: inout Dice, _ change: (inout NetworkQuality, inout Dice) -> Void
    ) {
        let before = world.network.quality
        change(&world.network.quality, &dice)
        let worse = world.network.quality
        later(200...5_000, &dice) { [self] in
            if isOver { return }
            // Only what this strike changed: others may have struck since.
            let usual = world.knobs.network
            if worse.lossPerMille != before.lossPerMille {
                world.network.quality.lossPerMille = usual.lossPerMille
            }
            if worse.duplicatesPerMille != before.duplicatesPerMille {
                world.network.quality.duplicatesPerMille = usual.duplicatesPerMille
            }
            if worse.reorderedPerMille != before.reorderedPerMille {
                world.network.quality.reorderedPerMille = usual.reorderedPerMille
            }
            if worse.latePerMille != before.latePerMille {
                world.network.quality.latePerMille = usual.latePerMille
            }
            if worse.flippedPerMille != before.flippedPerMille {
                world.network.quality.flippedPerMille = usual.flippedPerMille
            }
        }
    }

    private func replay(_ dice: inout Dice) {
        world.network.quality.keepsOldFrames = true
        for _ in 0..<dice.number(in: 1...8) { world.network.replayOldFrame(&dice) }
    }

    private func slow(_ dice: inout Dice) {
        let (one, other) = (anyMachine(&dice), anyMachine(&dice))
        guard one !== other else { return }
        world.network.slow(one, other, by: dice.number(in: 1_000...400_000))
        later(200...5_000, &dice) { [world] in world.network.slow(one, other, by: 0) }
    }

    // MARK: Partitions

    private func partition(_ fault: Fault, _ dice: inout Dice) {
        let ways = self.ways(fault, &dice)
        guard !ways.isEmpty else { return }
        let breaks = dice.happens(perMille: 500)
        for way in ways {
            world.network.cut(way.from, way.to)
            if breaks { world.network.breakConnection(way.from, way.to) }
        }
        later(100...6_000, &dice) { [world] in
            for way in ways { world.network.mend(way.from, way.to) }
        }
    }

    private func ways(_ fault: Fault, _ dice: inout Dice) -> [Way] {
        let order = world.machines.shuffled(using: &dice)
        let middle = order.count / 2
        switch fault {
        case .halves:
            let size = dice.index(below: order.count)
            return between(order[..<size], order[size...])
        case .isolation:
            return between(order[..<1], order[1...])
        case .oneWay:
            return allWays.filter { _ in dice.happens(perMille: 250) }
        case .bridge:
            // Two sides that only one machine reaches both of.
            return between(order[..<middle], order[(middle + 1)...])
        case .chain:
            // Each reaches its neighbours only.
            return allWays.filter { way in abs(way.from.index - way.to.index) > 1 }
        default:
            // The old leader reaches one machine only, and everybody reaches that one.
            guard order.count > 2 else { return [] }
            return between(order[..<1], order[2...])
                + (dice.happens(perMille: 500) ? between(order[1..<2], order[2...]).dropLast() : [])
        }
    }

    private var allWays: [Way] {
        world.machines.flatMap { from in
            world.machines.filter { $0 !== from }.map { (from, $0) }
        }
    }

    private func between(_ left: ArraySlice<SimMachine>, _ right: ArraySlice<SimMachine>) -> [Way] {
        left.flatMap { one in right.flatMap { [(one, $0), ($0, one)] } }
    }

    /// A link that goes down and up, again and again.
    private func flap(_ dice: inout Dice) {
        let (one, other) = (anyMachine(&dice), anyMachine(&dice))
        guard one !== other else { return }
        var at: UInt64 = 0
        for _ in 0..<dice.number(in: 3...20) {
            let down = dice.number(in: 50_000...500_000)
            world.timeline.after(at) { [world] in
                world.network.cut(one, other)
                world.network.cut(other, one)
            }
            world.timeline.after(at + down) { [world] in
                world.network.mend(one, other)
                world.network.mend(other, one)
            }
            at += down + dice.number(in: 50_000...500_000)
        }
    }
}
