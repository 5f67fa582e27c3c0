internal import Basics
internal import Observability
internal import Paxos
internal import StateMachine
internal import WriteAheadLog

/// Decided slots, in order, through the state machine: one at a time, and a large one in pieces (P37).
extension Replica {
    /// Applies what is decided, up to the budget of one turn.
    func applyDecided() {
        guard hasLearner else { return }
        let before = appliedSlot
        var budget = ApplyBudget(
            keys: configuration.appliedKeysPerTurn, bytes: Limits.appliedBytesPerTurn)
        while !budget.isSpent, !needsUpgrade, !mustWaitToApply, let decided = decidedQueue.first {
            if machine.isApplying || open(decided, &budget) { goOn(decided, &budget) }
        }
        // What cannot be applied is not kept: the log has it for a newer program.
        if needsUpgrade { decidedQueue.removeAll() }
        if appliedSlot > before { step(.applied(upTo: appliedSlot)) }
    }

    /// Begins a slot; one without commands ends at once.
    ///
    /// - Returns: whether it has to be gone on with.
    private func open(_ decided: DecidedValue, _ budget: inout ApplyBudget) -> Bool {
        // A snapshot has brought it meanwhile.
        if decided.slot <= appliedSlot {
            decidedQueue.popFirst()
            return false
        }
        precondition(decided.slot == appliedSlot.next, "slots are applied in order, without gaps")
        budget.charge(keys: 1)
        if injectedBug == .applySkipsSlotAfterCrash, decided.slot == durableState?.decidedUpTo.next
        {
            _ = machine.applyNothing(slot: decided.slot.rawValue)
            end(decided)
            return false
        }
        if case .batch(let batch) = decided.value {
            if machine.open(batch, in: decided.slot, localOrigin: origin) { return true }
            stopApplying(at: decided.slot)
            return false
        }
        let progress = machine.apply(decided, localOrigin: origin) { _, _, _ in }
        if progress == .applied { end(decided) } else { stopApplying(at: decided.slot) }
        return false
    }

    private func goOn(_ decided: DecidedValue, _ budget: inout ApplyBudget) {
        let progress = machine.goOn(&budget) { _, sequence, outcome in
            guard let completion = proposals.take(sequence: sequence) else {
                return marks.hit(.outcomeForNobody)
            }
            endedProposals.append(
                ProposalTable.Ended(completion: completion, result: .applied(outcome)))
        }
        switch progress {
        case .ended: end(decided)
        case .outOfBudget: marks.hit(.slotAppliedInPieces)
        case .needs(let need): fetchForApply(need)
        }
    }

    /// Once in a turn: what is decided and cannot be applied yet does not fill the memory.
    func boundDecided() {
        guard hasLearner, !decidedQueue.isEmpty, let durableUpTo = core?.durableDecidedUpTo()
        else { return }
        if decidedQueue.letGo(durableUpTo: durableUpTo) { marks.hit(.decidedLeftToLog) }
        guard let (from, upTo) = decidedQueue.beginReading() else { return }
        let bytesMax = min(Int(Limits.catchUpBytes), configuration.memory.decidedBytes)
        log.readDecided(fromSlot: from, upTo: upTo, bytesMax: bytesMax, isVital: true) {
            [unowned self] result in
            guard case .success(let values) = result else {
                preconditionFailure("the process ends where a vital read fails")
            }
            takeDecided(values, from: from)
        }
    }

    private func takeDecided(_ values: [Value], from first: Slot) {
        marks.hit(.decidedReadBack)
        let isWanted = decidedQueue.take(values, from: first)
        if isWanted, values.isEmpty {
            halt("the log lacks \(first), which is decided here and not applied")
        }
        requestTurn()
    }

    private func end(_ decided: DecidedValue) {
        decidedQueue.popFirst()
        appliedSlot = decided.slot
        appliedBytes += UInt64(decided.value.byteCount)
        appliedBytesSinceFlush += decided.value.byteCount
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
