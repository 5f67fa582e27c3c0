internal import Basics
internal import EtcdMessages
internal import MVCC
internal import Protobuf

extension ReplicatedState {
    /// Applies the commands that `slot` decided, all at once, waiting for the base where that takes it. Slots come in
    /// order, without a gap.
    ///
    /// - Parameters:
    ///   - batchPayload: bundles, as `CommandBundle` describes them.
    ///   - logTimeMilliseconds: the leader's stamp; an older one changes nothing.
    ///   - localOrigin: only commands of this process life get outcomes; for the others no response
    ///     is built.
    ///   - onOutcome: called with the sequence of each local command that was executed, in order.
    ///     A command that was executed before gives no outcome.
    package func apply(
        slot: UInt64, batchPayload: [UInt8], logTimeMilliseconds: UInt64,
        localOrigin: Origin? = nil, onOutcome: (Origin, UInt64, Outcome) -> Void = { _, _, _ in }
    ) -> ApplyProgress {
        let isOpen = open(
            slot: slot, batchPayload: batchPayload, logTimeMilliseconds: logTimeMilliseconds,
            localOrigin: localOrigin)
        guard isOpen else { return .upgradeNeeded }
        var budget = ApplyBudget.unlimited
        while true {
            switch goOn(&budget, onOutcome: onOutcome) {
            case .ended: return .applied
            case .outOfBudget: continue
            case .needs(let need):
                take(keyspace.supply(need), for: need, generation: keyspace.baseGeneration)
            }
        }
    }

    /// Applies the first slot of a new ballot, which says who leads.
    package func applyLead(
        slot: UInt64, ballot: LeaderBallot, logTimeMilliseconds: UInt64
    ) -> ApplyProgress {
        guard begin(slot) else { return .upgradeNeeded }
        leaderBallot = ballot
        self.logTimeMilliseconds = max(self.logTimeMilliseconds, logTimeMilliseconds)
        return .applied
    }

    /// Applies a slot that holds no command.
    package func applyNothing(slot: UInt64) -> ApplyProgress {
        begin(slot) ? .applied : .upgradeNeeded
    }

    /// Applies a slot that holds a membership: commands of other replicas, or of an earlier life of
    /// a replica's data directory, are not executed from here on. The first membership of a cluster
    /// is applied with `slot` 0.
    package func applyMembership(
        slot: UInt64, seats: [(replica: UInt64, incarnation: UInt64)]
    ) -> ApplyProgress {
        guard slot == 0 && appliedSlot == 0 || begin(slot) else { return .upgradeNeeded }
        origins.admit(seats)
        return .applied
    }

    func begin(_ slot: UInt64) -> Bool {
        precondition(slot == appliedSlot + 1, "slot \(slot) applied after \(appliedSlot)")
        if needsUpgrade { return false }
        if appliedSlot % Limits.digestIntervalSlots == 0, appliedSlot > 0 { noteOwnDigest() }
        appliedSlot = slot
        return true
    }

    func note(_ header: BundleHeader) {
        guard let known = origins.boot(of: header.origin) else { return }
        if header.origin.boot < known { marks.hit(.bundleOfEarlierBootSkipped) }
        if header.origin.boot > known, known > 0 { marks.hit(.originStartedAnew) }
    }
}
