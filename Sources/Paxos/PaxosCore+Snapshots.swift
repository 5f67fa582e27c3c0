internal import Basics

/// The lower end of the log: what may leave it, and what takes the place of what has left (P8, P34).
extension PaxosCore {
    /// The caller's state has every slot up to here, durably and apart from the log.
    mutating func truncate(upTo slot: Slot) {
        let bound = min(slot, learner.decidedUpTo)
        guard bound > truncatedUpTo, !lacksBase else { return }
        ownMarks.hit(.truncated)
        truncatedUpTo = bound
        outbox.append(.truncated(upTo: bound), bytes: 64)
    }

    /// Whether a state up to this slot has what this replica lacks.
    public func needsSnapshot(upTo slot: Slot) -> Bool {
        slot > learner.decidedUpTo || lacksBase && slot == learner.decidedUpTo
    }

    /// The caller's state is another one now: what was promised, and what was accepted above it, stays. It is
    /// durable, or the record that says so would promise too much.
    mutating func install(_ snapshot: InstalledSnapshot, into effects: inout Effects) {
        guard needsSnapshot(upTo: snapshot.slot) || breaks(.installOverNewer) else {
            return ownMarks.hit(.installIgnored)
        }
        ownMarks.hit(.installed)
        if leader != nil { stepDown() }
        if proposer != nil { abandonCandidacy(into: &effects) }
        lacksBase = false
        truncatedUpTo = max(truncatedUpTo, snapshot.slot)
        appliedUpTo = max(appliedUpTo, snapshot.slot)
        outbox.append(.truncated(upTo: snapshot.slot), bytes: 64)
        learner.jump(to: snapshot)
        acceptor.jump(to: snapshot.slot, box: outbox.openBox)
        catchUp.noteInstalled()
        let governing = snapshot.governing
        if governing.slot > configurationSlot {
            ownMarks.hit(.membershipInstalled)
            reconfigure(
                to: governing.membership, after: governing.slot, isOwn: false, into: &effects)
        }
        advance(into: &effects)
        pull(into: &effects)
    }

    /// Without a state this replica knows that those slots are decided, and nobody can fetch them here: others
    /// may know them, whose promises say more (P7).
    func isSilent(about prepare: Message.Prepare) -> Bool {
        lacksBase && prepare.fromSlot <= truncatedUpTo
    }

    /// Nobody whose log would have what is missing is heard. Said once, and again after a while.
    mutating func askForSnapshot(into effects: inout Effects) {
        let pause = Limits.snapshotTimeouts * timeout
        guard !catchUp.awaitsSnapshot(running: clock.running, within: pause) else { return }
        let prefix = learner.decidedUpTo
        let source =
            lacksBase
            ? catchUp.baseSource(in: peers, prefix: prefix)
            : catchUp.snapshotSource(above: prefix)
        guard let source else {
            // All are asked again after a while: somebody may have got a state.
            if catchUp.isBelowLogs(above: prefix) {
                catchUp.noteAskedForSnapshot(
                    prefix: prefix, running: clock.running, hasSource: false)
            }
            return
        }
        ownMarks.hit(.snapshotNeeded)
        catchUp.noteAskedForSnapshot(prefix: prefix, running: clock.running, hasSource: true)
        effects.notices.append(.snapshotNeeded(from: source.replica, atLeast: source.upTo))
    }

    /// Whether what comes next here must come in a snapshot: this replica leads nobody meanwhile.
    var isStranded: Bool {
        lacksBase
            || catchUp.isStranded(
                at: learner.decidedUpTo, running: clock.running,
                for: 2 * Limits.snapshotTimeouts * timeout)
    }
}
