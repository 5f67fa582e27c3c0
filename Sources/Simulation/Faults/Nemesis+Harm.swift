internal import Paxos
internal import Replication
internal import WriteAheadLog

/// How much harm to directories a cluster can do without: of each membership that governs, or may yet, or must
/// be asked whether it still does, a majority of the voters stays intact.
extension Nemesis {
    /// Whether this directory may be harmed now, and nobody told. Not before it has a vote: a leader would give
    /// it one, and count on it.
    func mayHarm(_ machine: SimMachine) -> Bool {
        mayWipe(machine) && world.governing.isVoter(machine.replicaID, machine.identity.incarnation)
    }

    /// Whether this directory may be lost now.
    func mayWipe(_ machine: SimMachine) -> Bool {
        guard world.isFormed, machine.isGood, !harmed.contains(machine.index) else { return false }
        return isBearable { isIntact($0) && $0.replica != machine.replicaID }
    }

    /// Whether the directory of this machine may be replaced by one of another life, or by none.
    func mayReplace(_ machine: SimMachine, by life: Incarnation?) -> Bool {
        isBearable { seat in
            seat.replica == machine.replicaID ? seat.incarnation == life : isIntact(seat)
        }
    }

    /// Whether every directory is there that the newest membership counts on.
    var isAllIntact: Bool { world.governing.voters.allSatisfy(isIntact) }

    /// Whether it would do no harm if this membership governed.
    func isBearable(_ membership: Membership) -> Bool {
        let voters = membership.voters
        return voters.count(where: isIntact) >= voters.count / 2 + 1
    }

    private func isBearable(_ isIntact: (Seat) -> Bool) -> Bool {
        (asked + unsettled()).allSatisfy { membership in
            let voters = membership.voters
            return voters.count(where: isIntact) >= voters.count / 2 + 1
        }
    }

    /// Whether the directory that the seat counts is there, and is what it should be.
    func isIntact(_ seat: Seat) -> Bool {
        guard let machine = world.machine(seat.replica) else { return false }
        return machine.isGood && !harmed.contains(machine.index)
            && machine.identity.incarnation == seat.incarnation
    }

    func noteChange(_ wanted: Membership, _ outcome: ChangeOutcome?) {
        switch outcome {
        case nil: asked.append(wanted)
        case .refused:
            if let place = asked.lastIndex(of: wanted) { asked.remove(at: place) }
        case .decided, .unknown: break
        }
    }

    /// Whether it was healed without a vote, and there is a seat for a voter of its replica.
    func mustReturn(_ machine: SimMachine) -> Bool {
        guard returning.contains(machine.index) else { return false }
        return world.governing.seat(of: machine.replicaID).map { $0.kind != .learner } ?? false
    }

    /// Those that came back without their vote, and are to have it again: a seat of their replica is for a voter.
    func findReturning(_ dice: inout Dice) -> [SimMachine] {
        let found = world.machines.filter { machine in
            guard machine.isGood, !harmed.contains(machine.index),
                let seat = world.governing.seat(of: machine.replicaID)
            else { return false }
            return seat.kind == .voterToBe && seat.incarnation == machine.identity.incarnation
                || seat.kind != .learner && seat.incarnation != machine.identity.incarnation
        }
        let chosen = found.filter { _ in dice.happens(perMille: 700) }
        returning = Set(chosen.map(\.index))
        return chosen
    }
}
