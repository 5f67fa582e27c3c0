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
        guard let flusher else { return }
        installSnapshot()
        startFlush(flusher)
        let keyspace = machine.keyspace
        let isReleasing = keyspace.releaseStep(budgetChanges: Limits.releasedChangesPerTurn)
        let isEvicting =
            !isReleasing
            && keyspace.evictStep(
                budgetKeys: Limits.evictedKeysPerTurn,
                bytesMax: configuration.memory.tableBytes)
        if isReleasing || isEvicting { requestTurn() }
    }

    /// What was computed from a base that cannot be read must not leave the process.
    private func checkBase() {
        guard let failure = machine.keyspace.baseFailure else { return }
        halt("the base cannot be read: \(failure)")
    }

    private func startFlush(_ flusher: Flusher) {
        let plan = configuration.memory
        let isDue =
            machine.keyspace.unflushedBytes >= plan.generationBytes
            || appliedBytesSinceFlush >= plan.replayBytes || backups?.wantsFlush == true
        guard isDue, !flusher.isRunning, taker?.isFinishing == false,
            !machine.keyspace.hasReleaseWork, let desk,
            !desk.base.isBehind
        else { return }
        startFlush()
    }

    /// Begins a flush of everything that is applied, unless one is under way.
    package func startFlush() {
        guard let flusher, !flusher.isRunning else { return }
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
            metrics.flushedBytes.increment(by: UInt64(ended.byteCount))
            baseIsDurable(upTo: Slot(ended.slot))
            backups?.flushEnded(slot: ended.slot)
        }
    }

    /// Whether apply must wait: for memory, or for keys that are being fetched.
    var mustWaitToApply: Bool {
        guard let desk else { return false }
        if isFetchingForApply || taker?.isFinishing == true { return true }
        return applyPace.mustWait(
            unflushedBytes: machine.keyspace.unflushedBytes, plan: configuration.memory,
            nowMilliseconds: clockMilliseconds(),
            isHeldUp: { flusher?.isRunning == false && desk.base.isBehind })
    }

    /// Fetches the keys of a value that was just accepted: when it is decided they are there (P38).
    func prefetch(_ records: [DurableRecord]) {
        guard let desk, !machine.keyspace.isComplete else { return }
        for record in records {
            guard case .accepted(let accepted) = record, case .batch(let batch) = accepted.value
            else { continue }
            let keys = coldKeys(batch)
            if !keys.isEmpty { fetch(keys, desk) {} }
        }
    }

    /// Whether a decided slot can be applied without waiting for the disk. If not, what it lacks is on its way.
    func hasKeys(of decided: DecidedValue) -> Bool {
        guard let desk, !machine.keyspace.isComplete, case .batch(let batch) = decided.value,
            fetchesForApply < Limits.fetchesPerSlot
        else { return true }
        let keys = coldKeys(batch)
        guard !keys.isEmpty else { return true }
        marks.hit(.applyWaitedForKeys)
        isFetchingForApply = true
        fetchesForApply += 1
        fetch(keys, desk) { [unowned self] in
            isFetchingForApply = false
            requestTurn()
        }
        return false
    }

    /// Fetches newest states of keys into memory, for a reader.
    func fetch(_ keys: [[UInt8]], then: @escaping () -> Void) {
        guard let desk else { preconditionFailure("cold keys without a base") }
        fetch(keys, desk, then: then)
    }

    /// Reads a part of an interval from the base, for a reader.
    func fetch(_ needed: PieceNeeded, then: @escaping (KeyPiece) -> Void) {
        guard let desk else { preconditionFailure("a cold range without a base") }
        let operation = BaseOperation.piece(
            needed.interval, revision: needed.revision, descending: needed.descending,
            keysMax: StateMachine.Limits.rangePieceKeys)
        desk.submit(operation) { outcome in
            guard case .piece(let piece) = outcome else {
                preconditionFailure("a piece was asked for: \(outcome)")
            }
            then(piece)
        }
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
