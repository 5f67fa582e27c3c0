internal import Paxos
internal import WriteAheadLog

/// Nobody that is needed yet ends for good (P24).
extension Checks {
    /// A machine's directory goes: what was durable in it was.
    func remember(_ machine: SimMachine) {
        let life = machine.identity.incarnation
        everDurable[life] = max(everDurable[life] ?? .zero, machine.view.prefix)
    }

    /// A process that was removed ends for good.
    func retired(by slot: Slot, _ machine: SimMachine) {
        world.trace.note(.halt, node: machine.index, 3, slot.rawValue, "retired by \(slot)")
        guard let since = memberships.last(where: { $0.slot == slot }) else {
            return world.note(
                .coreInvariant, "\(machine.name) was retired by \(slot), which is no membership")
        }
        if since.membership.holds(machine.replicaID, machine.identity.incarnation) {
            world.note(.coreInvariant, "\(machine.name) was retired by \(slot), and has a seat")
        }
        let voters = since.membership.voters
        let settled = voters.count { hasHadDurably(slot, $0) }
        guard settled < voters.count / 2 + 1 else { return }
        world.note(
            .coreInvariant,
            "\(machine.name) ends when \(settled) of \(voters.count) voters have all up to \(slot) (P24)"
        )
    }

    private func hasHadDurably(_ slot: Slot, _ seat: Seat) -> Bool {
        guard let life = seat.incarnation else { return false }
        if everDurable[life] ?? .zero >= slot { return true }
        guard let machine = world.machine(seat.replica) else { return false }
        return machine.identity.incarnation == life && machine.view.prefix >= slot
    }
}
