extension Nemesis {
    func strikeProcesses(_ fault: Fault, _ dice: inout Dice) {
        switch fault {
        case .freeze: freeze(anyMachine(&dice), &dice)
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
    private func freeze(_ machine: SimMachine, _ dice: inout Dice) {
        machine.pausedUntil =
            world.timeline.nowMicroseconds
            + dice.number(in: 20_000...dice.one(of: [400_000, 5_000_000]))
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
