internal import Basics
internal import MVCC
internal import Observability
internal import Paxos
internal import PaxosCodec
internal import Rows
internal import StateMachine

/// The base below the tables: flushes, memory that is given back, and keys that are fetched before they are needed.
extension Replica {
    /// Once in a turn, before anything else: what the base has completed.
    func drainBase() { desk?.drainCompletions() }

    /// Once in a turn, after slots were applied.
    func keepHouse() {
        checkBase()
        if flusher != nil {
            installSnapshot()
            if isFlushDue, isBetweenSlots { startFlush() }
        }
        let keyspace = machine.keyspace
        let isReleasing = keyspace.releaseStep(budgetChanges: Limits.releasedChangesPerTurn)
        let isEvicting =
            !isReleasing
            && keyspace.evictStep(
                budgetKeys: Limits.evictedKeysPerTurn,
                bytesMax: memory.tableBytes)
        if isReleasing || isEvicting { requestTurn() }
    }

    /// What was computed from a base that cannot be read must not leave the process.
    private func checkBase() {
        guard let failure = machine.keyspace.baseFailure else { return }
        halt("the base cannot be read: \(failure)")
    }

    /// Whether a flush is due and nothing is in its way; between two slots it begins.
    private var isFlushDue: Bool {
        let isDue =
            isFlushWanted || machine.keyspace.unflushedBytes >= generationBounds.dueBytes
            || appliedBytesSinceFlush >= memory.replayBytes || backups?.wantsFlush == true
        guard isDue, isStateWhole, let flusher, let desk else { return false }
        return !flusher.isRunning && taker?.isFinishing == false
            && !machine.keyspace.hasReleaseWork && !desk.base.isBehind
    }

    /// Whether the membership that governs is that of a slot that is applied. Of a log whose first slots are gone, and
    /// of one that has a slot too new for this program, it is not: a base of such a state would contradict itself.
    var isStateWhole: Bool { (governing?.slot ?? .zero) <= appliedSlot }

    private var generationBounds: GenerationBounds {
        memory.generation(besideKeys: machine.keyspace.recordBytes)
    }

    /// A freeze falls between two slots (P31).
    private var isBetweenSlots: Bool {
        if injectedBug == .freezeInsideApply { return !machine.keyspace.isWriting }
        return !machine.isApplying
    }

    /// Begins a flush of everything that is applied, unless one is under way or the state is not whole; when the slot
    /// ends that is being applied, or the snapshot is there that is taking the base's place.
    package func startFlush() {
        guard let flusher, let taker, !flusher.isRunning, isStateWhole else { return }
        guard isBetweenSlots, !taker.isFinishing else {
            isFlushWanted = true
            return
        }
        isFlushWanted = false
        marks.hit(.flushStarted)
        appliedBytesSinceFlush = 0
        let started = clockMilliseconds()
        backups?.note(slot: machine.appliedSlot, machine.keyspace.counters)
        backups?.flushBegan(slot: machine.appliedSlot)
        flusher.start(tables: governing.map { [$0.tableRow] } ?? []) { [unowned self] ended in
            let milliseconds = clockMilliseconds() - started
            logger.info(
                "flushed to the base",
                [
                    "slot": .integer(Int(ended.slot)), "bytes": .integer(ended.byteCount),
                    "milliseconds": .integer(Int(milliseconds)),
                ])
            marks.hit(.flushEnded)
            metrics.flushes.increment()
            metrics.baseCommit.observe(nanoseconds: milliseconds * 1_000_000)
            metrics.flushedBytes.increment(by: UInt64(ended.byteCount))
            shareMemory()
            baseIsDurable(upTo: Slot(ended.slot))
            backups?.flushEnded(slot: ended.slot)
        }
    }

    /// How memory is shared out now.
    var memory: MemoryPlan { flusher?.plan ?? configuration.memory }

    /// The base has got more keys or fewer, or is another one.
    func shareMemory() {
        guard let desk, let flusher else { return }
        let counters = machine.keyspace.counters
        flusher.plan = configuration.memory.sharing(
            withKeys: counters.keyCount, ofBytes: counters.liveByteCount)
        desk.base.limitCache(toBytes: memory.cacheBytes)
    }

    /// Whether apply must wait: for what is being fetched, and before another slot begins for memory, too, for a flush
    /// that is about to begin, and for a snapshot that is about to take the base's place.
    var mustWaitToApply: Bool {
        guard let flusher, let desk else { return false }
        if isFetchingForApply { return true }
        if machine.isApplying { return false }
        if taker?.isFinishing == true || isFlushDue { return true }
        if taker?.completeSlot != nil, !flusher.isRunning { return true }
        return applyPace.mustWait(
            unflushedBytes: machine.keyspace.unflushedBytes, bounds: generationBounds,
            nowMilliseconds: clockMilliseconds(),
            isHeldUp: { !flusher.isRunning && desk.base.isBehind })
    }

    /// Fetches what the open slot cannot go on without (P38).
    func fetchForApply(_ need: ApplyNeed) {
        guard let desk else { preconditionFailure("a cold key without a base") }
        marks.hit(.applyWaitedForBase)
        isFetchingForApply = true
        if case .states = need, slotFetches.await(appliedSlot.next) { return }
        let generation = machine.keyspace.baseGeneration
        desk.submit(operation(need)) { [unowned self] outcome in
            isFetchingForApply = false
            machine.take(outcome.supply, for: need, generation: generation)
            requestTurn()
        }
    }

    private func operation(_ need: ApplyNeed) -> BaseOperation {
        switch need {
        case .states(let keys): .states(of: keys)
        case .firstChange(let start): .firstChange(from: start)
        case .piece(let needed):
            .piece(
                needed.interval, revision: needed.revision, descending: needed.descending,
                keysMax: min(
                    StateMachine.Limits.rangePieceKeys, configuration.appliedKeysPerTurn))
        }
    }

    /// Fetches the keys of a value that was just accepted: when it is decided they are there (P38).
    func prefetch(_ records: [DurableRecord]) {
        guard let desk, !machine.keyspace.isComplete else { return }
        for record in records {
            guard case .accepted(let accepted) = record, case .batch(let batch) = accepted.value
            else { continue }
            let keys = coldKeys(batch)
            if !keys.isEmpty { prefetch(keys, for: accepted.slot, desk) }
        }
    }

    private func prefetch(_ keys: [[UInt8]], for slot: Slot, _ desk: BaseDesk) {
        slotFetches.begin(slot)
        fetch(keys, desk) { [unowned self] in
            guard slotFetches.end(slot) else { return }
            isFetchingForApply = false
            requestTurn()
        }
    }

    /// Fetches newest states of keys into memory, for a reader.
    func fetch(_ keys: [[UInt8]], then: @escaping () -> Void) {
        guard let desk else { preconditionFailure("cold keys without a base") }
        fetch(keys, desk, then: then)
    }

    /// Asks the base for what a reader cannot go on without.
    func fetch(_ need: ApplyNeed, then: @escaping (ApplySupply) -> Void) {
        guard let desk else { preconditionFailure("a cold range without a base") }
        desk.submit(operation(need)) { then($0.supply) }
    }

    private func coldKeys(_ batch: Value.Batch) -> [[UInt8]] {
        batch.payload.withUnsafeBytes { machine.coldKeys(in: $0) }
    }

    private func fetch(_ keys: [[UInt8]], _ desk: BaseDesk, then: @escaping () -> Void) {
        let generation = machine.keyspace.baseGeneration
        desk.submit(.states(of: keys)) { [machine] outcome in
            guard case .states(let states) = outcome else {
                preconditionFailure("states were asked for: \(outcome)")
            }
            machine.keyspace.takeIn(keys, states, generation: generation)
            then()
        }
    }
}

extension BaseOutcome {
    /// What was needed.
    fileprivate var supply: ApplySupply {
        switch self {
        case .states(let states): .states(states)
        case .piece(let piece): .piece(piece)
        case .firstChange(let change): .firstChange(change)
        default: preconditionFailure("no answer to a read: \(self)")
        }
    }
}
