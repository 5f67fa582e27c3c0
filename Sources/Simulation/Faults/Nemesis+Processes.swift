internal import Paxos

extension Nemesis {
    func strikeProcesses(_ fault: Fault, _ dice: inout Dice) {
        switch fault {
        case .freeze:
            let machine = anyMachine(&dice)
            if dice.happens(perMille: 300) { return freezeAtReadRound(&dice) }
            freeze(machine, until: freezeEnd(&dice))
        case .kill: anyMachine(&dice).kill()
        case .killLeader: world.leader?.kill()
        case .killAll: for machine in world.machines { machine.kill() }
        case .powerLoss: losePower(anyMachine(&dice))
        case .powerLossAll: for machine in world.machines { losePower(machine) }
        case .crashInTurn:
            anyMachine(&dice).process?.die(
                afterEffects: dice.index(below: 12), losingPower: dice.happens(perMille: 500))
        case .crashLoop: crashLoop(anyMachine(&dice), times: dice.number(in: 2...8), &dice)
        default: preconditionFailure("no fault of processes")
        }
    }

    private func losePower(_ machine: SimMachine) {
        if machine.process != nil { machine.losePower() }
    }

    /// The process stands still, its clock goes on.
    func freeze(_ machine: SimMachine, until end: UInt64) { machine.pausedUntil = end }

    private func freezeEnd(_ dice: inout Dice) -> UInt64 {
        world.timeline.nowMicroseconds
            + dice.number(in: 20_000...dice.one(of: [400_000, 5_000_000]))
    }

    /// A leader stands still just after it has asked whether it still leads, for longer than its followers
    /// wait for it.
    private func freezeAtReadRound(_ dice: inout Dice) {
        let timeout = world.knobs.electionTimeoutMilliseconds * 1000
        let pause = dice.number(in: timeout * 3 / 2...timeout * 5)
        world.onMessage = { [self] message, sender, _ in
            guard case .readRound = message else { return }
            world.onMessage = { _, _, _ in }
            guard !isOver, mayTouch(sender) else { return }
            freeze(sender, until: world.timeline.nowMicroseconds + pause)
        }
    }

    /// It dies again and again while it is coming up.
    private func crashLoop(_ machine: SimMachine, times: UInt64, _ dice: inout Dice) {
        var fates: [(count: Int, losesPower: Bool)] = []
        for _ in 0..<times {
            fates.append((dice.index(below: 6), dice.happens(perMille: 500)))
        }
        machine.kill()
        machine.fates = fates
    }
}
