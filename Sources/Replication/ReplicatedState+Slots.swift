internal import Paxos
internal import StateMachine

/// From what the core decides to what the state machine knows.
extension ReplicatedState {
    /// Applies a decided slot at once; see `apply(slot:batchPayload:…)`.
    func apply(
        _ decided: DecidedValue, localOrigin: Origin?,
        onOutcome: (Origin, UInt64, Outcome) -> Void
    ) -> ApplyProgress {
        let slot = decided.slot.rawValue
        switch decided.value {
        case .batch(let batch):
            return apply(
                slot: slot, batchPayload: batch.payload,
                logTimeMilliseconds: batch.logTimeMilliseconds, localOrigin: localOrigin,
                onOutcome: onOutcome)
        case .lead(let lead):
            let ballot = LeaderBallot(
                round: lead.ballot.round, replica: lead.ballot.replica.rawValue,
                incarnation: lead.ballot.incarnation.rawValue)
            return applyLead(
                slot: slot, ballot: ballot, logTimeMilliseconds: lead.logTimeMilliseconds)
        case .membership(let membership):
            return applyMembership(slot: slot, seats: membership.origins)
        case .noOperation:
            return applyNothing(slot: slot)
        case .reference:
            return .upgradeNeeded
        }
    }

    /// Begins a batch.
    ///
    /// - Returns: false if this program is too old for it.
    func open(_ batch: Value.Batch, in slot: Slot, localOrigin: Origin) -> Bool {
        open(
            slot: slot.rawValue, batchPayload: batch.payload,
            logTimeMilliseconds: batch.logTimeMilliseconds, localOrigin: localOrigin)
    }

    /// Applies the membership that a cluster begins with.
    func applyGenesis(_ membership: Membership) {
        _ = applyMembership(slot: 0, seats: membership.origins)
    }
}

extension Membership {
    /// The lives whose commands are executed.
    fileprivate var origins: [(replica: UInt64, incarnation: UInt64)] {
        seats.compactMap { seat in
            seat.incarnation.map { (seat.replica.rawValue, $0.rawValue) }
        }
    }
}
