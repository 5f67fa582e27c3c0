import Paxos

/// Roles that die alone in the harness, and come back.
extension World {
    func kill(_ index: Int, _ role: Role) {
        guard let core = nodes[index].core else { return }
        if !core.deadRoles.contains(role) { roleDeaths += 1 }
        if role == .acceptor { nodes[index].awaitsRecovery = false }
        step(index, .kill(role))
    }

    func revive(_ index: Int, _ role: Role, _ revival: Revival) {
        guard let core = nodes[index].core, core.deadRoles.contains(role) else { return }
        if role == .acceptor, !core.hasAmnesia {
            nodes[index].awaitsRecovery = revival == .recovered
        }
        step(index, .revive(role, revival))
    }

    /// Every role of every node lives, with its memory.
    func reviveAll() {
        for index in nodes.indices {
            for role in nodes[index].core?.deadRoles ?? [] {
                if nodes[index].core?.hasAmnesia == true { kill(index, .acceptor) }
                revive(index, role, .recovered)
            }
        }
    }

    /// An acceptor that has come back is the one that a restart would make of the log.
    func compareWithLog(_ index: Int) {
        guard let core = nodes[index].core, !core.deadRoles.contains(.acceptor) else { return }
        nodes[index].awaitsRecovery = false
        // A leader has it accept what was opened meanwhile at once.
        guard core.status.role != .leader else { return }
        let logged = fold(index).state()
        if logged.promised != core.promised {
            violations.append(
                "n\(index + 1) NotAsLogged: \(core.promised) and \(logged.promised)")
        }
        var slot = max(core.status.decidedUpTo, logged.decidedUpTo)
        let last = max(core.highestAccepted, logged.accepted.last?.slot ?? slot)
        while slot < last {
            slot = slot.next
            let kept = logged.accepted.first { $0.slot == slot }
            if kept != core.accepted(in: slot) {
                violations.append("n\(index + 1) NotAsLogged: \(slot)")
            }
        }
    }

    /// The acceptor is dead: its messages that wait for the disk never leave.
    func dropMessages(of index: Int, boxesUpTo number: UInt64) {
        for place in nodes[index].waitingBoxes.indices
        where nodes[index].waitingBoxes[place].number <= number {
            nodes[index].waitingBoxes[place].messages = []
        }
        guard var write = nodes[index].write else { return }
        for place in write.boxes.indices where write.boxes[place].number <= number {
            write.boxes[place].messages = []
        }
        nodes[index].write = write
    }

    /// A dead acceptor says nothing.
    func checkSilence(_ message: Message, of index: Int) {
        guard let core = nodes[index].core else { return }
        switch message {
        case .promise, .accepted, .readRoundAnswer, .heartbeatAnswer, .reject: break
        case .probeAnswer(let answer) where answer.wouldPromise: break
        default: return
        }
        if core.deadRoles.contains(.acceptor) {
            violations.append("n\(index + 1) DeadRolesDoNothing: said \(message)")
        }
    }
}
