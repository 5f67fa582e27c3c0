internal import WriteAheadLog

extension Nemesis {
    func strikeDisk(_ fault: Fault, _ dice: inout Dice) {
        let machine = anyMachine(&dice)
        switch fault {
        case .slowDisk: slow(machine, &dice)
        case .hungDisk:
            machine.diskStalledUntil =
                world.timeline.nowMicroseconds + dice.number(in: 20_000...6_000_000)
        case .writeError: machine.failWrites(1)
        case .flushError: machine.failFlushes(dice.one(of: [1, 1, 2]))
        case .readError:
            machine.failReads(dice.one(of: [1, 2, 8]))
            if dice.happens(perMille: 500) { machine.kill() }
        case .fullDisk:
            machine.fill(true)
            later(500...8_000, &dice) { machine.fill(false) }
        case .bitRot: harm(machine, &dice) { $0.rot(&$1) }
        case .misdirected: harm(machine, &dice) { $0.misdirect(&$1) }
        case .staleBlock: harm(machine, &dice) { $0.makeStale(&$1) }
        case .wipe: wipe(machine, &dice)
        case .oldCopy: putBackOldCopy(machine, &dice)
        default: preconditionFailure("no fault of disks")
        }
    }

    private func slow(_ machine: SimMachine, _ dice: inout Dice) {
        machine.slowFlushMicroseconds = dice.one(of: [10_000, 100_000, 1_000_000])
        later(300...5_000, &dice) { [self] in
            if mayTouch(machine) { machine.slowFlushMicroseconds = 0 }
        }
    }

    // MARK: Damage

    /// Damages what lies on a disk. Later, perhaps, somebody mends it: then nothing is lost.
    private func harm(
        _ machine: SimMachine, _ dice: inout Dice,
        _ damage: (SimStorage, inout Dice) -> Bool
    ) {
        guard mayHarm(machine) else { return }
        guard damage(machine.storage, &dice) else { return }
        harmed.insert(machine.index)
        world.trace.note(.fault, node: machine.index, 1, 0, "damaged")
        if dice.happens(perMille: 600) { machine.kill() }
        guard dice.happens(perMille: 600) else { return }
        later(500...6_000, &dice) { [self] in mend(machine) }
    }

    private func mend(_ machine: SimMachine) {
        guard !isOver, machine.storage.isDamaged else { return }
        machine.kill()
        guard machine.storage.undoDamage() else { return }
        harmed.remove(machine.index)
        world.trace.note(.heal, node: machine.index, 1, 0, "mended")
        world.startLater(machine)
    }

    // MARK: Directories

    /// The directory is gone; perhaps somebody finds it again.
    private func wipe(_ machine: SimMachine, _ dice: inout Dice) {
        let isFound = dice.happens(perMille: 300)
        let joins = dice.happens(perMille: 500)
        let pause = dice.number(in: 500...6_000) * 1000
        atWorst(machine, &dice) { [self] in
            guard mayWipe(machine) else { return }
            machine.kill()
            let directory = machine.backup()
            machine.wipe()
            machine.joins = joins
            world.trace.note(.fault, node: machine.index, 2, 0, "wiped")
            guard isFound else { return }
            world.timeline.after(pause) { [self] in
                // Another life may have the vote by now: then this one would be missed more than found.
                guard !isOver, !machine.isOldCopy, !machine.storage.isDamaged,
                    mayReplace(machine, by: directory.identity.incarnation)
                else { return }
                putBack(directory, on: machine)
            }
        }
    }

    /// Does harm to a directory, perhaps just when those that did not see the newest decisions and this one
    /// are all that is left for a while.
    func atWorst(
        _ machine: SimMachine, _ dice: inout Dice, _ harm: @escaping () -> Void
    ) {
        let others = world.machines.filter { $0 !== machine }.shuffled(using: &dice)
        let blind = others.prefix(world.lossesBearable)
        let blindness = dice.number(in: 50_000...500_000)
        let pause = dice.number(in: 200_000...3_000_000)
        guard dice.happens(perMille: 500), !blind.isEmpty, mayHarm(machine) else { return harm() }
        let ways = blind.flatMap { one in
            world.machines.filter { $0 !== one }.flatMap { [(one, $0), ($0, one)] }
        }
        for (from, to) in ways { world.network.cut(from, to) }
        world.timeline.after(blindness) { [self] in
            for (from, to) in ways { world.network.mend(from, to) }
            guard !isOver else { return }
            harm()
            for witness in others.dropFirst(blind.count).prefix(blind.count) {
                freeze(witness, until: world.timeline.nowMicroseconds + pause)
            }
        }
    }

    func putBack(_ directory: SimBackup, on machine: SimMachine) {
        machine.kill()
        machine.restore(directory)
        harmed.remove(machine.index)
        world.trace.note(.heal, node: machine.index, 2, 0, "put back")
        world.startLater(machine)
    }
}
