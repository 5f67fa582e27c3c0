internal import Paxos

extension Nemesis {
    func strikeRoles(_ fault: Fault, _ dice: inout Dice) {
        switch fault {
        case .proposerDeath: die(.proposer, .recovered, &dice)
        case .acceptorDeath: die(.acceptor, .recovered, &dice)
        case .learnerDeath: die(.learner, .recovered, &dice)
        case .unsafeAmnesia: forgetUnsafely()
        case .amnesia: forget(anyMachine(&dice), &dice)
        case .duel: duel(&dice)
        default: preconditionFailure("no fault of roles")
        }
    }

    /// A role dies on a node that lives on, and comes back, if the process is still there.
    private func die(_ role: Role, _ revival: Revival, _ dice: inout Dice) {
        guard let process = anyMachine(&dice).process else { return }
        process.kill(role)
        later(5...dice.one(of: [100, 3_000]), &dice) {
            if !process.isDead { process.revive(role, revival) }
        }
    }

    /// The acceptor comes back with nothing, and has no vote until it remembers again.
    private func forget(_ machine: SimMachine, _ dice: inout Dice) {
        guard mayHarm(machine), let process = machine.process else { return }
        harmed.insert(machine.index)
        forgetful.insert(machine.index)
        process.kill(.acceptor)
        later(5...200, &dice) {
            if !process.isDead { process.revive(.acceptor, .amnesia) }
        }
        later(500...5_000, &dice) { [self] in
            guard !process.isDead, forgetful.remove(machine.index) != nil else { return }
            process.kill(.acceptor)
            process.revive(.acceptor, .recovered)
            harmed.remove(machine.index)
        }
    }

    /// The leader dies, and at the same moment the acceptors of all others forget and vote on.
    private func forgetUnsafely() {
        let leader = world.leader
        for process in world.machines.compactMap(\.process) where process.machine !== leader {
            process.kill(.acceptor)
            process.revive(.acceptor, .unsafeAmnesia)
        }
        leader?.kill()
    }

    /// The leader gives leadership to two others at once.
    private func duel(_ dice: inout Dice) {
        guard let leader = world.leader, let process = leader.process else { return }
        for machine in world.machines.shuffled(using: &dice).filter({ $0 !== leader }).prefix(2) {
            process.orderTakeOver(by: machine)
        }
    }
}
