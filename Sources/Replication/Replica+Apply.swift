internal import Basics
internal import Observability
internal import Paxos
internal import StateMachine

/// Decided slots, in order, through the state machine.
extension Replica {
    /// Applies what is decided, up to the budget of one turn.
    func applyDecided() {
        guard hasLearner else { return }
        var bytes = 0
        while bytes < Limits.appliedBytesPerTurn, !needsUpgrade, !mustWaitToApply,
            let decided = decidedQueue.first, hasKeys(of: decided)
        {
            decidedQueue.popFirst()
            fetchesForApply = 0
            // A snapshot has brought it meanwhile.
            if decided.slot <= appliedSlot { continue }
            bytes += decided.value.byteCount
            apply(decided)
        }
        appliedBytes += UInt64(bytes)
        appliedBytesSinceFlush += bytes
        // What cannot be applied is not kept: the log has it for a newer program.
        if needsUpgrade { decidedQueue.removeAll() }
        guard bytes > 0 else { return }
        step(.applied(upTo: appliedSlot))
    }

    private func apply(_ decided: DecidedValue) {
        precondition(decided.slot == appliedSlot.next, "slots are applied in order, without gaps")
        if injectedBug == .applySkipsSlotAfterCrash, decided.slot == durableState?.decidedUpTo.next
        {
            _ = machine.applyNothing(slot: decided.slot.rawValue)
            appliedSlot = decided.slot
            return
        }
        let progress = machine.apply(decided, localOrigin: origin) { _, sequence, outcome in
            guard let completion = proposals.take(sequence: sequence) else {
                return marks.hit(.outcomeForNobody)
            }
            endedProposals.append(
                ProposalTable.Ended(completion: completion, result: .applied(outcome)))
        }
        guard progress == .applied else { return stopApplying(at: decided.slot) }
        appliedSlot = decided.slot
        if case .membership(let membership) = decided.value {
            govern(by: GoverningMembership(slot: appliedSlot, membership: membership))
        }
        metrics.proposalsApplied.increment()
    }

    /// A slot of a newer version: the node goes on voting, and says what to do (P28).
    private func stopApplying(at slot: Slot) {
        logger.error(
            "a decided slot needs a newer version of this program: upgrade this node; it goes on "
                + "voting but serves nothing newer", ["slot": .integer(Int(slot.rawValue))])
    }
}
