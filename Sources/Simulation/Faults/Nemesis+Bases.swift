internal import Rows

extension Nemesis {
    func strikeBases(_ fault: Fault, _ dice: inout Dice) {
        switch fault {
        case .lostBase: loseBase(&dice)
        case .rottenSnapshot: rotSnapshot(&dice)
        case .rottenBase: rotBase(&dice)
        case .baseWriteError: anyMachine(&dice).base.failWrites(dice.one(of: [1, 1, 2]))
        case .baseReadError: failBaseReads(&dice)
        default: preconditionFailure("no fault of bases")
        }
    }

    /// Whoever takes it finds it out, and asks another machine.
    private func rotSnapshot(_ dice: inout Dice) {
        let machine = anyMachine(&dice)
        guard machine.base.rotSnapshot(number: { Int(dice.number(in: 0...UInt64($0 - 1))) }) else {
            return
        }
        world.trace.note(.fault, node: machine.index, 5, 0, "its snapshot rots")
    }

    /// What is durable beside the log is gone: from the beginning of a log that lost it, no state can be made any
    /// more. One machine at a time, and a majority keeps what it has.
    private func loseBase(_ dice: inout Dice) {
        let machine = anyMachine(&dice)
        guard mayLoseBase(machine) else { return }
        machine.kill()
        harmed.insert(machine.index)
        machine.loseBase(rotting: dice.happens(perMille: 500))
        world.trace.note(.fault, node: machine.index, 4, 0, "its base is lost")
        watchLostBase(machine)
    }

    private func mayLoseBase(_ machine: SimMachine) -> Bool {
        mayHarm(machine) && machine.base.slot != nil
            && !world.machines.contains(where: \.hasLostBase)
    }

    /// The rows rot under a living process, which goes on until it reads any of them.
    private func rotBase(_ dice: inout Dice) {
        let machine = anyMachine(&dice)
        guard mayLoseBase(machine), let process = machine.process, process.rotBase() else { return }
        harmed.insert(machine.index)
        machine.hasLostBase = true
        world.trace.note(.fault, node: machine.index, 6, 0, "its base rots")
        watchLostBase(machine)
    }

    private func failBaseReads(_ dice: inout Dice) {
        let machine = anyMachine(&dice)
        machine.base.failReads(dice.one(of: [1, 1, 3]))
        if dice.happens(perMille: 300) { machine.kill() }
    }

    /// It is whole again when its log was enough, or another machine's base has taken the place.
    private func watchLostBase(_ machine: SimMachine) {
        world.timeline.after(50_000) { [self] in
            guard machine.hasLostBase else {
                harmed.remove(machine.index)
                return
            }
            watchLostBase(machine)
        }
    }
}
