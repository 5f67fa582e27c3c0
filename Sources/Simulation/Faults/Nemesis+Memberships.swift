internal import Paxos
internal import Replication
internal import WriteAheadLog

/// Members come, go and are replaced, by the replica's own way.
extension Nemesis {
    func strikeMemberships(_ fault: Fault, _ dice: inout Dice) {
        switch fault {
        case .memberChange: change(&dice)
        case .memberOrder: strikeOrders(&dice)
        case .namesake: startNamesake(&dice)
        case .rollback: rollBack(&dice)
        case .clone: clone(&dice)
        default: preconditionFailure("no fault of memberships")
        }
    }

    /// Who believes to lead is asked for another membership than the one it knows.
    private func change(_ dice: inout Dice) {
        retireThoseThatLeft(&dice)
        let leaders = world.machines.filter { $0.process?.replica?.status.isLeader == true }
        guard world.isFormed, !leaders.isEmpty,
            let replica = dice.one(of: leaders).process?.replica,
            let known = replica.inspectedCore?.membership
        else { return }
        let wanted = another(than: known, &dice)
        guard !wanted.voters.isEmpty, isBearable(wanted) else { return }
        replica.change(to: wanted) { _ in }
    }

    private func another(than known: Membership, _ dice: inout Dice) -> Membership {
        var seats = known.seats
        switch dice.index(below: 6) {
        case 0, 1: seats += newcomers(to: known, &dice).shuffled(using: &dice).prefix(1)
        case 2: seats = seats.map { $0.incarnation == nil ? $0 : with($0, isVoter: true) }
        case 3:
            let place = dice.index(below: seats.count)
            guard seats[place].incarnation != nil else { break }
            seats[place] = with(seats[place], isVoter: !seats[place].isVoter)
        case 4: seats.remove(at: dice.index(below: seats.count))
        default:
            seats = seats.filter { _ in dice.happens(perMille: 600) }
                .map { $0.incarnation == nil ? $0 : with($0, isVoter: dice.happens(perMille: 700)) }
            if dice.happens(perMille: 500) { seats += newcomers(to: known, &dice) }
        }
        return Membership(seats: seats)
    }

    /// No operator can turn a seat whose vote is the leader's to give (P5, P25).
    private func with(_ seat: Seat, isVoter: Bool) -> Seat {
        let isLeaders = seat.incarnation == nil || seat.kind == .voterToBe
        return isLeaders ? seat : seat.turned(isVoter ? .voter : .learner)
    }

    /// Machines that are no members, as learners, or as seats that a directory has yet to take. No life that left
    /// comes back.
    private func newcomers(to known: Membership, _ dice: inout Dice) -> [Seat] {
        world.machines.filter {
            known.seat(of: $0.replicaID) == nil
                && !world.checks.lives.contains($0.identity.incarnation)
        }
        .map {
            let isTaken = dice.happens(perMille: 600)
            return Seat(
                replica: $0.replicaID, incarnation: isTaken ? $0.identity.incarnation : nil,
                kind: isTaken || dice.happens(perMille: 300) ? .learner : .voterToBe,
                name: $0.name, peerURLs: [])
        }
    }

    // MARK: Who comes back

    /// Somebody starts a voter with an empty directory, at once: who leads has just heard the one that has the seat,
    /// and cannot know that it is gone (P5).
    func startNamesake(_ dice: inout Dice) {
        let machine = anyMachine(&dice)
        guard machine.process != nil, machine !== world.leader, mayHarm(machine) else { return }
        machine.kill()
        machine.wipe()
        machine.joins = dice.happens(perMille: 500)
        world.trace.note(.fault, node: machine.index, 4, 0, "a namesake")
        machine.start()
    }

    // MARK: Who left

    private func retireThoseThatLeft(_ dice: inout Dice) {
        guard let governing = world.checks.governing else { return }
        for machine in world.machines where hasLeft(machine, governing.membership) {
            let life = machine.identity.incarnation
            later(200...6_000, &dice) { [self] in
                if !isOver, machine.identity.incarnation == life { retire(machine) }
            }
        }
    }

    private func hasLeft(_ machine: SimMachine, _ governing: Membership) -> Bool {
        let life = machine.identity.incarnation
        return world.checks.lives.contains(life)
            && governing.seat(of: machine.replicaID)?.incarnation != life
    }

    /// Its directory may go when a quorum of those that vote has durably what was decided with it.
    private func retire(_ machine: SimMachine) {
        guard let governing = world.checks.governing, hasLeft(machine, governing.membership) else {
            return
        }
        guard isSettled(governing) else { return }
        machine.kill()
        machine.wipe()
        machine.joins = true
        if machine.process == nil { world.startLater(machine) }
    }

    /// Whether a quorum of those that vote knows durably that they do, and all that was decided before. Until
    /// then it takes a quorum of the members before them to find out.
    private func isSettled(_ governing: GoverningMembership) -> Bool {
        let voters = governing.membership.voters
        let settled = voters.count { seat in
            guard let core = world.machine(seat.replica)?.process?.replica?.inspectedCore else {
                return false
            }
            let status = core.status
            return core.configuration.incarnation == seat.incarnation
                && status.decidedUpTo >= governing.slot && status.unflushedBytes == 0
        }
        return settled >= voters.count / 2 + 1
    }

    // MARK: The end

    /// The newest membership, and those before it back to one that is settled.
    func unsettled() -> [Membership] {
        let known = world.checks.memberships
        guard let settled = known.lastIndex(where: isSettled) else {
            return [world.genesis] + known.map(\.membership)
        }
        return known[settled...].map(\.membership)
    }

    /// Of every membership that governs, or may, or must be asked whether it still does, a random majority.
    func quorums(_ dice: inout Dice) -> [SimMachine] {
        var chosen: Set<Int> = []
        for membership in asked + unsettled() {
            let voters = membership.voters.filter(isIntact)
            let size = UInt64(membership.voters.count / 2 + 1)
            let count = dice.number(in: size...max(size, UInt64(voters.count)))
            for seat in voters.shuffled(using: &dice).prefix(Int(count)) {
                if let machine = world.machine(seat.replica) { chosen.insert(machine.index) }
            }
        }
        for machine in findReturning(&dice) { chosen.insert(machine.index) }
        return chosen.sorted().map { world.machines[$0] }
    }
}
