internal import Basics
internal import MVCC

/// A slot in pieces: the loop goes on between them, and while something is fetched that is on disk only. No other slot
/// begins meanwhile, and nobody freezes the state (P31, P37, P38).
extension ReplicatedState {
    /// Whether a slot was begun and has not ended.
    package var isApplying: Bool { openSlot != nil }

    /// Begins a slot of commands; `apply` says what the parameters are.
    ///
    /// - Returns: false if this program is too old for it.
    package func open(
        slot: UInt64, batchPayload: [UInt8], logTimeMilliseconds: UInt64, localOrigin: Origin?
    ) -> Bool {
        precondition(openSlot == nil, "one slot at a time")
        let survey = batchPayload.withUnsafeBytes { CommandBundle.survey($0) }
        if survey.needsUpgrade { needsUpgrade = true }
        guard begin(slot) else { return false }
        self.logTimeMilliseconds = max(self.logTimeMilliseconds, logTimeMilliseconds)
        openSlot = OpenSlot(
            batchPayload: batchPayload, hasBadBundle: survey.first != nil, localOrigin: localOrigin)
        return true
    }

    /// Goes on with the open slot.
    package func goOn(
        _ budget: inout ApplyBudget, onOutcome: (Origin, UInt64, Outcome) -> Void
    ) -> SlotProgress {
        guard var slot = openSlot else { preconditionFailure("no slot is being applied") }
        let blocked = keyspace.blockingReadCount
        let payload = slot.batchPayload
        let progress = payload.withUnsafeBytes { run($0, &slot, &budget, onOutcome) }
        blockingReadCount += keyspace.blockingReadCount - blocked
        openSlot = progress == .ended ? nil : slot
        if progress == .ended { keyspace.unpinAll() } else { note(progress) }
        return progress
    }

    /// What the open slot needed was fetched from the base at `generation`.
    package func take(_ supply: ApplySupply, for need: ApplyNeed, generation: UInt64) {
        if case .states(let keys) = need, case .states(let states) = supply {
            return keyspace.takeIn(keys, states, generation: generation, pins: true)
        }
        openSlot?.fetched = FetchedSupply(need: need, supply: supply, generation: generation)
    }

    private func note(_ progress: SlotProgress) {
        if case .needs(let need) = progress { marks.hit(need.mark) }
        guard keyspace.isWriting else { return }
        marks.hit(.appliedInPieces)
        if injectedBug == .halfAppliedVisible { keyspace.showOpenTransaction() }
    }

    private func run(
        _ payload: UnsafeRawBufferPointer, _ slot: inout OpenSlot, _ budget: inout ApplyBudget,
        _ onOutcome: (Origin, UInt64, Outcome) -> Void
    ) -> SlotProgress {
        var bundles = BundleReader(payload, offset: slot.nextBundle)
        do throws(BundleError) {
            if let stop = try goOnWithBundle(payload, &slot, &budget, onOutcome) { return stop }
            while let bundle = try bundles.next() {
                let offset = slot.nextBundle
                slot.nextBundle = bundles.offset
                if slot.hasBadBundle, bundle.check() != nil {
                    malformedBundleCount += 1
                    continue
                }
                let (header, commands) = try bundle.open()
                note(header)
                guard let row = origins.accept(header) else { continue }
                slot.bundle = OpenSlot.Bundle(
                    offset: offset, origin: header.origin, row: row,
                    isLocal: header.origin == slot.localOrigin)
                if let stop = try run(commands, payload, &slot, &budget, onOutcome) { return stop }
            }
        } catch {
            malformedBundleCount += 1
        }
        return .ended
    }

    private func goOnWithBundle(
        _ payload: UnsafeRawBufferPointer, _ slot: inout OpenSlot, _ budget: inout ApplyBudget,
        _ onOutcome: (Origin, UInt64, Outcome) -> Void
    ) throws(BundleError) -> SlotProgress? {
        guard let bundle = slot.bundle else { return nil }
        var reader = BundleReader(payload, offset: bundle.offset)
        guard let view = try reader.next() else { return nil }
        let commands = view.commands(from: bundle.nextCommand)
        return try run(commands, payload, &slot, &budget, onOutcome)
    }

    /// Executes the commands of the open bundle.
    ///
    /// - Returns: why it stops before the end; nil at the end.
    private func run(
        _ from: CommandReader, _ payload: UnsafeRawBufferPointer, _ slot: inout OpenSlot,
        _ budget: inout ApplyBudget, _ onOutcome: (Origin, UInt64, Outcome) -> Void
    ) throws(BundleError) -> SlotProgress? {
        guard let bundle = slot.bundle else { preconditionFailure("no bundle is open") }
        var commands = from
        while true {
            if let stop = goOnWithCommand(&slot, &budget, onOutcome)
                ?? prepare(commands, payload, &slot, budget)
            {
                slot.bundle?.nextCommand = commands.offset
                return stop
            }
            guard let command = try commands.next() else { break }
            slot.commandCount += 1
            budget.charge(keys: 1, bytes: command.request.count)
            guard mayExecute(command, bundle) else { continue }
            let wantsResponse = bundle.isLocal
            let (start, place) =
                command.session.map { startOnce(command, $0) }
                ?? (start(command, wantsResponse: wantsResponse), nil)
            switch start {
            case .ended(let outcome):
                end(command.sequence, outcome, place, bundle, onOutcome)
            case .open(let work):
                slot.command = OpenCommand(sequence: command.sequence, work: work, session: place)
            }
        }
        slot.bundle = nil
        return nil
    }

    private func mayExecute(_ command: CommandView, _ bundle: OpenSlot.Bundle) -> Bool {
        if !origins.execute(command.sequence, row: bundle.row) {
            marks.hit(.commandSkipped)
            guard injectedBug == .forwardedWriteExecutedTwice else { return false }
        }
        return injectedBug != .nodeReadInApply || !bundle.isLocal || command.sequence % 64 != 0
    }

    private func end(
        _ sequence: UInt64, _ outcome: Outcome, _ place: SessionPlace?, _ bundle: OpenSlot.Bundle,
        _ onOutcome: (Origin, UInt64, Outcome) -> Void
    ) {
        if let place { keep(outcome, at: place) }
        if bundle.isLocal { onOutcome(bundle.origin, sequence, outcome) }
    }

    private func goOnWithCommand(
        _ slot: inout OpenSlot, _ budget: inout ApplyBudget,
        _ onOutcome: (Origin, UInt64, Outcome) -> Void
    ) -> SlotProgress? {
        guard let command = slot.command, let bundle = slot.bundle else { return nil }
        var turn = ApplyStep(budget: budget, fetched: slot.fetched)
        let (stop, outcome) = goOn(command.work, &turn)
        budget = turn.budget
        slot.fetched = turn.fetched
        switch stop {
        case .outOfBudget:
            holdKeys(of: command, &slot)
            return .outOfBudget
        case .needs(let need):
            holdKeys(of: command, &slot)
            return .needs(need)
        case .ended:
            guard let outcome else { preconditionFailure("an end without an outcome") }
            slot.command = nil
            end(command.sequence, outcome, command.session, bundle, onOutcome)
            return nil
        }
    }

    /// A command that was begun while every key was in memory goes on in another turn: what it names must not give way
    /// meanwhile.
    private func holdKeys(of command: OpenCommand, _ slot: inout OpenSlot) {
        guard slot.preparedCount < slot.commandCount, keyspace.base != nil,
            case .txn(let execution) = command.work
        else { return }
        slot.preparedCount = slot.commandCount
        var held = ColdKeys(keyspace, leases, keysMax: .max, pins: true)
        held.add(execution.request)
    }

    /// Sees to it that the next command may begin: there is budget left, and the keys that it names are in memory,
    /// and stay there until it has ended.
    private func prepare(
        _ from: CommandReader, _ payload: UnsafeRawBufferPointer, _ slot: inout OpenSlot,
        _ budget: ApplyBudget
    ) -> SlotProgress? {
        if budget.isSpent { return .outOfBudget }
        guard !keyspace.isComplete, slot.commandCount >= slot.preparedCount else { return nil }
        keyspace.unpinAll()
        var cold = ColdKeys(keyspace, leases, keysMax: Limits.fetchedKeys, pins: true)
        let count = cold.add(from, BundleReader(payload, offset: slot.nextBundle))
        if !cold.keys.isEmpty { return .needs(.states(cold.keys)) }
        slot.preparedCount = slot.commandCount + count
        return nil
    }
}

extension ApplyNeed {
    fileprivate var mark: StateMachineMark {
        switch self {
        case .states: .applyWaitedForKeys
        case .piece: .applyWaitedForPiece
        case .firstChange: .applyWaitedForChange
        }
    }
}

extension Keyspace {
    /// What the base says. Blocking.
    func supply(_ need: ApplyNeed) -> ApplySupply {
        switch need {
        case .states(let keys): .states(keys.map { stateInBase($0, at: .max) })
        case .piece(let needed):
            .piece(
                pieceInBase(
                    needed.interval, at: needed.revision ?? .max, descending: needed.descending,
                    keysMax: Limits.rangePieceKeys))
        case .firstChange(let start): .firstChange(firstFlushedChange(from: start))
        }
    }
}
