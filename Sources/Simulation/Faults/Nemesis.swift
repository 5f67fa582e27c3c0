internal import Paxos
internal import Rows

/// Makes trouble: each kind of fault by itself, at moments and of measures that its own stream of chance
/// says, so that one can be left out and the others strike as before.
package final class Nemesis {
    let world: World
    let workload: Workload
    private var dice: [Dice]
    private let faults: [Fault]
    private let pauses: [UInt64]
    private(set) var isOver = false
    /// Those that must serve again; nothing touches them any more.
    private(set) var healed: Set<Int> = []
    /// Machines whose directory is not what it should be, though it has the incarnation that its seat counts.
    var harmed: Set<Int> = []
    /// Those of them whose acceptor has forgotten, while their process lives.
    var forgetful: Set<Int> = []
    /// Puts the newest directory back in the place of an old copy that is in use.
    var guardOldCopy: (() -> Void)?
    /// Memberships that were asked for, by whomever, and may still be decided.
    var asked: [Membership] = []
    /// Those that were healed without a vote, and must get one again.
    var returning: Set<Int> = []
    /// Those who have members come and go by orders.
    private(set) lazy var operators = Operators(world)
    /// How often each kind struck.
    package private(set) var strikes: [Fault: Int] = [:]

    package init(_ world: World, _ workload: Workload, faults: [Fault]) {
        self.world = world
        self.workload = workload
        self.faults = faults
        dice = faults.map { Dice(seed: world.seed, concern: "fault \($0.rawValue)") }
        // Some seeds are wilder than others.
        pauses = dice.indices.map { index in
            var own = Dice(seed: world.seed, concern: "pace \(faults[index].rawValue)")
            return own.one(of: [1, 1, 1, 3])
        }
        // What was proposed before another one was decided never will be.
        world.checks.onMembership = { [unowned self] in asked = [] }
        world.onChange = { [unowned self] machine, wanted, outcome in
            noteChange(wanted, outcome)
            self.world.checks.noteChange(wanted, outcome, by: machine)
        }
        world.onNewLife = { [unowned self] machine in
            harmed.remove(machine.index)
            forgetful.remove(machine.index)
        }
        world.onEnd = { [unowned self] machine in
            // With the process, its acceptor's forgetfulness is gone.
            if forgetful.remove(machine.index) != nil { harmed.remove(machine.index) }
            // Whoever remembers more than an old copy holds may forget it now. The copy itself may start
            // again as often as it likes, and have a boot number above all that anybody remembers.
            if !machine.isOldCopy {
                guardOldCopy?()
                self.world.removeTwin()
            }
            workload.processEnded()
        }
    }

    package func start() {
        for index in faults.indices { continueLater(index) }
    }

    /// Machines that can be asked to serve when all trouble ends.
    package var healable: [SimMachine] {
        guardOldCopy?()
        for index in forgetful {
            world.machines[index].process?.reviveRoles()
            harmed.remove(index)
        }
        forgetful = []
        // Others have what it lost.
        for machine in world.machines where machine.hasLostBase { harmed.remove(machine.index) }
        return world.machines.filter { $0.isGood && !harmed.contains($0.index) }
    }

    /// No more trouble from here on. All that troubles the machines of `core`, and the ways between them,
    /// ends; the rest stays as it is.
    package func stop(healing core: [SimMachine]) {
        isOver = true
        world.removeTwin()
        healed = Set(core.map(\.index))
        world.network.quality = world.knobs.network
        workload.lossPerMille = 0
        workload.slowness = Limits.healingSlowness
        for machine in core {
            heal(machine)
            for other in core where other !== machine { world.network.keepOpen(machine, other) }
        }
        for machine in world.machines where !healed.contains(machine.index) {
            machine.isSupervised = false
        }
    }

    /// Whether a strike may touch the machine.
    func mayTouch(_ machine: SimMachine) -> Bool { !healed.contains(machine.index) }

    private func heal(_ machine: SimMachine) {
        machine.pausedUntil = 0
        machine.diskStalledUntil = 0
        machine.slowFlushMicroseconds = 0
        machine.fill(false)
        machine.failWrites(0)
        machine.failFlushes(0)
        machine.failReads(0)
        machine.base.failWrites(0)
        machine.base.failReads(0)
        machine.clock.run(at: 1_000_000, now: world.timeline.nowMicroseconds)
        machine.isSupervised = true
        machine.process?.reviveRoles()
        // What has rotted and was not read yet is found by the next start.
        if machine.hasRottenBase { machine.kill() }
        if machine.process == nil { world.startLater(machine) }
    }

    private func continueLater(_ index: Int) {
        let range = faults[index].pauseMilliseconds
        let pause = dice[index].number(in: range) * pauses[index] * 1000
        world.timeline.after(pause) { [self] in
            if isOver { return }
            strikes[faults[index], default: 0] += 1
            world.trace.note(.fault, node: nil, UInt64(index), 0, faults[index].rawValue)
            strike(faults[index], &dice[index])
            continueLater(index)
        }
    }

    private func strike(_ fault: Fault, _ dice: inout Dice) {
        switch fault.concern {
        case .network: strikeNetwork(fault, &dice)
        case .disk: strikeDisk(fault, &dice)
        case .clock: strikeClock(fault, &dice)
        case .roles: strikeRoles(fault, &dice)
        case .memberships: strikeMemberships(fault, &dice)
        case .bases: strikeBases(fault, &dice)
        case .processes: strikeProcesses(fault, &dice)
        }
    }

    // MARK: For strikes

    func anyMachine(_ dice: inout Dice) -> SimMachine { dice.one(of: world.machines) }

    /// Undoes something later, unless it was undone for good before.
    func later(
        _ milliseconds: ClosedRange<UInt64>, _ dice: inout Dice, _ action: @escaping () -> Void
    ) {
        world.timeline.after(dice.number(in: milliseconds) * 1000, action)
    }
}
