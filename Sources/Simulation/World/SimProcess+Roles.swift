package import Paxos
internal import Replication

/// Roles that die alone.
extension SimProcess {
    package func kill(_ role: Role) {
        world.trace.note(.fault, node: machine.index, 10, 0, "\(role.rawValue) dies")
        replica?.kill(role)
    }

    package func revive(_ role: Role, _ revival: Revival) {
        world.trace.note(.heal, node: machine.index, 10, 0, "\(role.rawValue) as \(revival)")
        replica?.revive(role, revival)
    }

    /// All roles are there again, with their memory.
    func reviveRoles() {
        guard let replica, !isDead else { return }
        // It may have forgotten, or be about to: then it waits for the disk, and hears of no other revival.
        if replica.deadRoles.contains(.acceptor) { kill(.acceptor) }
        for role in replica.deadRoles { revive(role, .recovered) }
    }

    /// What a leader says that gives leadership away.
    func orderTakeOver(by target: SimMachine) {
        guard let status = replica?.inspectedCore?.status, let ballot = status.ballot else {
            return
        }
        let order = Message.TakeOver(ballot: ballot, decidedUpTo: status.decidedUpTo)
        send([.takeOver(order)], to: target.replicaID)
    }
}
