internal import Basics
internal import EtcdMessages
internal import MVCC
internal import Protobuf

extension ReplicatedState {
    /// Applies the commands that `slot` decided. Slots come in order, without a gap.
    ///
    /// - Parameters:
    ///   - batchPayload: bundles, as `CommandBundle` describes them; not used afterwards.
    ///   - logTimeMilliseconds: the leader's stamp; an older one changes nothing.
    ///   - localOrigin: only commands of this process life get outcomes; for the others no response
    ///     is built.
    ///   - onOutcome: called with the sequence of each local command that was executed, in order.
    ///     A command that was executed before gives no outcome.
    package func apply(
        slot: UInt64, batchPayload: UnsafeRawBufferPointer, logTimeMilliseconds: UInt64,
        localOrigin: Origin? = nil, onOutcome: (Origin, UInt64, Outcome) -> Void = { _, _, _ in }
    ) -> ApplyProgress {
        let survey = CommandBundle.survey(batchPayload)
        if survey.needsUpgrade { needsUpgrade = true }
        guard begin(slot) else { return .upgradeNeeded }
        self.logTimeMilliseconds = max(self.logTimeMilliseconds, logTimeMilliseconds)
        var reader = BundleReader(batchPayload)
        do throws(BundleError) {
            while let bundle = try reader.next() {
                if survey.first != nil, bundle.check() != nil {
                    malformedBundleCount += 1
                    continue
                }
                try run(bundle, localOrigin, onOutcome)
            }
        } catch {
            malformedBundleCount += 1
        }
        return .applied
    }

    /// Applies the commands that `slot` decided.
    package func apply(
        slot: UInt64, batchPayload: [UInt8], logTimeMilliseconds: UInt64,
        localOrigin: Origin? = nil, onOutcome: (Origin, UInt64, Outcome) -> Void = { _, _, _ in }
    ) -> ApplyProgress {
        batchPayload.withUnsafeBytes {
            apply(
                slot: slot, batchPayload: $0, logTimeMilliseconds: logTimeMilliseconds,
                localOrigin: localOrigin, onOutcome: onOutcome)
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

    private func begin(_ slot: UInt64) -> Bool {
        precondition(slot == appliedSlot + 1, "slot \(slot) applied after \(appliedSlot)")
        if needsUpgrade { return false }
        if appliedSlot % Limits.digestIntervalSlots == 0, appliedSlot > 0 { noteOwnDigest() }
        appliedSlot = slot
        return true
    }

    private func run(
        _ bundle: BundleView, _ localOrigin: Origin?, _ onOutcome: (Origin, UInt64, Outcome) -> Void
    ) throws(BundleError) {
        var (header, commands) = try bundle.open()
        note(header)
        guard let row = origins.accept(header) else { return }
        let isLocal = header.origin == localOrigin
        while let command = try commands.next() {
            if !origins.execute(command.sequence, row: row) {
                marks.hit(.commandSkipped)
                guard injectedBug == .forwardedWriteExecutedTwice else { continue }
            }
            if injectedBug == .nodeReadInApply, isLocal, command.sequence % 64 == 0 { continue }
            let outcome = execute(command, wantsResponse: isLocal)
            if isLocal { onOutcome(header.origin, command.sequence, outcome) }
        }
    }

    private func note(_ header: BundleHeader) {
        guard let known = origins.boot(of: header.origin) else { return }
        if header.origin.boot < known { marks.hit(.bundleOfEarlierBootSkipped) }
        if header.origin.boot > known, known > 0 { marks.hit(.originStartedAnew) }
    }
}
