internal import Paxos
internal import WriteAheadLog

/// Copies of directories that come back: in the place of the newest one, or beside it.
extension Nemesis {
    /// An old copy of the directory is put in its place. It is found out only by those who remember more,
    /// so all of them must: nobody who does may forget before that.
    func putBackOldCopy(_ machine: SimMachine, _ dice: inout Dice) {
        guard mayHarm(machine), machine.identity.hasLog, world.knobs.nodeCount > 1 else { return }
        let copy = machine.backup()
        var own = Dice(seed: dice.next(), concern: "old copy")
        later(500...8_000, &dice) { [self] in
            guard !isOver else { return }
            let startsAlone = Int(own.number(in: 0...4))
            atWorst(machine, &own) { [self] in
                guard mayHarm(machine),
                    machine.identity.incarnation == copy.identity.incarnation,
                    othersKnow(machine, above: copy.boot)
                else { return }
                replace(machine, by: copy)
                startAlone(machine, times: startsAlone)
            }
        }
    }

    /// The machine is started once more, all others hear of that, and then its directory is what it was before.
    func rollBack(_ dice: inout Dice) {
        guard let (machine, copy) = restartWithCopy(&dice) else { return }
        let pause = dice.number(in: 100_000...600_000)
        whenKnown(copy, of: machine, tries: 10, everyMicroseconds: pause) { [self] in
            guard mayHarm(machine) else { return false }
            replace(machine, by: copy)
            return true
        }
    }

    /// Some machine is started once more; the copy is of its directory before that.
    private func restartWithCopy(_ dice: inout Dice) -> (SimMachine, SimBackup)? {
        let machine = anyMachine(&dice)
        guard mayHarm(machine), machine.identity.hasLog, machine.process != nil,
            world.knobs.nodeCount > 1
        else { return nil }
        let copy = machine.backup()
        machine.kill()
        return (machine, copy)
    }

    /// Uses the copy as soon as all others have heard of a newer start, and no other copy is in use. `use` says
    /// whether it has done so: else it is tried again.
    private func whenKnown(
        _ copy: SimBackup, of machine: SimMachine, tries: Int, everyMicroseconds pause: UInt64,
        _ use: @escaping () -> Bool
    ) {
        world.timeline.after(pause) { [self] in
            guard !isOver, tries > 0, machine.identity.incarnation == copy.identity.incarnation
            else { return }
            if othersKnow(machine, above: copy.boot), !isAnyCopyInUse, use() { return }
            whenKnown(copy, of: machine, tries: tries - 1, everyMicroseconds: pause, use)
        }
    }

    /// Whether all others have heard of a newer start than that of the copy.
    private func othersKnow(_ machine: SimMachine, above boot: BootNumber) -> Bool {
        world.machines.allSatisfy { $0 === machine || $0.hasHeard(machine, above: boot) }
    }

    /// Two copies at a time could hide each other.
    private var isAnyCopyInUse: Bool {
        world.twin != nil || world.machines.contains(where: \.isOldCopy)
    }

    private func replace(_ machine: SimMachine, by copy: SimBackup) {
        machine.kill()
        let newest = machine.backup()
        harmed.insert(machine.index)
        machine.restore(copy)
        machine.isOldCopy = true
        world.trace.note(.fault, node: machine.index, 3, 0, "an old copy")
        // Whoever remembers may die at any time: before that, the newest copy comes back.
        guardOldCopy = { [self] in
            guard machine.isOldCopy else { return }
            guardOldCopy = nil
            putBack(newest, on: machine)
        }
        world.timeline.after(Limits.copyMicroseconds) { [self] in
            guard machine.isOldCopy, machine.identity.incarnation == copy.identity.incarnation
            else { return }
            guardOldCopy?()
        }
    }

    /// Before it meets anybody the machine is started so often that its boot number may be above all that its
    /// peers remember.
    private func startAlone(_ machine: SimMachine, times: Int) {
        guard times > 0 else { return }
        let ways = world.peers(of: machine).flatMap { [(machine, $0), ($0, machine)] }
        for (from, to) in ways { world.network.cut(from, to) }
        startAgain(machine, times: times) { [self] in
            for (from, to) in ways { world.network.mend(from, to) }
        }
    }

    private func startAgain(
        _ machine: SimMachine, times: Int, then proceed: @escaping () -> Void
    ) {
        guard times > 0, machine.isOldCopy, !isOver else { return proceed() }
        machine.kill()
        if machine.process == nil, machine.isGood { machine.start() }
        world.timeline.after(Limits.lonelyLifeMicroseconds) { [self] in
            startAgain(machine, times: times - 1, then: proceed)
        }
    }

    // MARK: Two at a time

    /// The machine is started once more, all others hear of that, and then a process on a copy of its directory from
    /// before that start is there, too, in its name.
    func clone(_ dice: inout Dice) {
        guard let (machine, copy) = restartWithCopy(&dice) else { return }
        let startsAlone = dice.index(below: 4)
        let pause = dice.number(in: 100_000...600_000)
        whenKnown(copy, of: machine, tries: 10, everyMicroseconds: pause) { [self] in
            guard machine.process != nil else { return false }
            startTwin(of: machine, copy, startsAlone: startsAlone)
            return true
        }
    }

    private func startTwin(of machine: SimMachine, _ copy: SimBackup, startsAlone: Int) {
        let twin = world.addTwin(of: machine, copy)
        world.trace.note(.fault, node: twin.index, 5, 0, "a twin of \(machine.name)")
        startAlone(twin, times: startsAlone)
        if startsAlone == 0 { twin.start() }
        world.timeline.after(Limits.copyMicroseconds) { [self] in
            if world.twin === twin { world.removeTwin() }
        }
    }
}
