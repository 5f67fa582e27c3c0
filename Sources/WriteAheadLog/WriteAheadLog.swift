package import Basics
package import Paxos

/// The durable log of one data directory, driven by its owner's loop: records are staged by `append`,
/// one batch is written and flushed at a time, and boxes are reported durable in order.
///
/// Set the hooks, call `start`, and wait for `isStarted` before the first message to a peer.
package final class WriteAheadLog {
    /// The boot number of this start. Durable once `isStarted`.
    package let boot: BootNumber
    /// Names this process.
    package let nonce: UInt64
    /// The newest starts on this directory, this one last.
    package let starts: [ProcessStart]

    /// The boot number is durable.
    package var onStarted: () -> Void = {}
    /// The directory's first segment is durable: note it in the identity. Called before `onStarted`,
    /// unless the identity says so already.
    package var onFirstSegment: () -> Void = {}
    /// All boxes up to this number are durable.
    package var onDurable: (UInt64) -> Void = { _ in }
    /// Nothing is staged or under way any more.
    package var onIdle: () -> Void = {}
    /// A write and its flush took so many seconds for so many bytes.
    package var onFlush: (_ seconds: Double, _ bytes: Int) -> Void = { _, _ in }
    /// Something is wrong, in words, that the log can live with for now: the next segment could not be
    /// made. Until it is, `oldestUnflushedAgeMilliseconds` may rise.
    package var onTrouble: (String) -> Void = { _ in }

    let disk: any Disk
    let options: LogOptions
    var identity: Identity
    /// The fold of all that was appended: what the next state batch says.
    var state: LogState
    var indexes: [SegmentIndex]
    var tail: Tail?
    var spare: Spare
    var writing: Writing?
    /// Filled by appends.
    var staged: StagedBatches
    /// Being written; taken out of `staged`.
    var inFlight = StagedBatch()
    var chain: UInt32
    var nextBatch: UInt64
    /// The highest slot of any value in the log.
    var highestSlot: Slot
    /// Truncated according to a durable state batch.
    var openedTruncatedUpTo = Slot.zero
    /// What the store has durably, as far as this process was told.
    var storedUpTo: Slot
    /// Slots above this one are kept longer.
    var pinnedAbove: Slot?
    var needsSeal = false
    var closing: (() -> Void)?
    var nowMilliseconds: UInt64 = 0
    var lastAppendMilliseconds: UInt64 = 0
    var writingSinceMilliseconds: UInt64?
    /// No write begins before this.
    var pausedUntilMilliseconds: UInt64 = 0
    var retryPreparationMilliseconds: UInt64 = 0
    var reads: [UInt64: Reading] = [:]
    var nextTicket: UInt64 = 1
    private let predecessorEnd: Int
    private let reusable: RecoveredLog.Reusable?
    package private(set) var isStarted = false
    /// There was no room for the next segment, or for the reserve: what is left of the newest segment, of the
    /// one after it and of the reserve is all that the log has.
    package internal(set) var lacksSpace = false
    /// The reserve could not help any more.
    package internal(set) var isReserveUsedUp = false
    /// There was no room for a segment larger than others, of which the reserve has none.
    var lacksLarger = false
    var isRefillingReserve = false
    var isWaitingForSegment = false
    /// How often each rare thing happened, in recovery and since.
    package internal(set) var marks: MarkCounter<LogMark>

    /// The segment that is written to.
    struct Tail {
        let number: UInt64
        /// How long the prepared file is.
        let capacity: Int
        /// What is in it where nothing was written yet.
        let former: FormerContents
        /// Where the next batch goes.
        var offset: Int

        /// Whether a batch of that size, and the seal behind it, end inside the file.
        func hasRoom(for byteCount: Int) -> Bool {
            offset + byteCount + Limits.sectorBytes <= capacity
        }
    }

    /// The segment after the last one.
    enum Spare {
        case none
        case preparing(SegmentFile, ticket: UInt64, mayUseReserve: Bool)
        case ready(SegmentFile, FormerContents)
    }

    /// Values that are being read back.
    struct Reading {
        /// Nothing older is needed for it.
        let firstSegment: UInt64
        let then: (Result<[Value], LogReadError>) -> Void
    }

    /// The one write that is in flight.
    struct Writing {
        enum Kind {
            /// Of a segment or of a start: a state batch that says so much is truncated.
            case state(truncatedUpTo: Slot)
            case records(lastBox: UInt64)
            case seal
        }
        let ticket: UInt64
        let kind: Kind
        let segment: UInt64
        /// Of the batch, not of a segment header before it.
        let offset: Int
        let header: BatchHeader
        let byteCount: Int
    }

    package init(
        disk: any Disk, identity: Identity, recovered: RecoveredLog, nonce: UInt64,
        options: LogOptions = LogOptions()
    ) {
        self.disk = disk
        self.identity = identity
        self.options = options
        staged = StagedBatches(payloadBytesMax: options.segmentBytes / Limits.batchesPerSegment)
        self.nonce = nonce
        boot = BootNumber(recovered.boot.rawValue + 1)
        let own = ProcessStart(boot: boot, nonce: nonce)
        starts = (recovered.starts + [own]).suffix(Limits.starts)
        state = recovered.logState
        storedUpTo = recovered.storedUpTo
        indexes = recovered.segments
        chain = recovered.chain
        nextBatch = recovered.nextBatch
        predecessorEnd = recovered.end
        reusable = recovered.reusable
        highestSlot = recovered.highestSlot
        spare = recovered.spare.map { .ready($0.file, $0.former) } ?? .none
        marks = recovered.marks
    }

    /// Opens a segment, or uses an empty last one again, and makes the new boot number durable.
    package func start() {
        precondition(!isStarted && writing == nil, "a log is started once")
        if let reusable, let last = indexes.last {
            marks.hit(.segmentUsedAgain)
            tail = Tail(
                number: last.number, capacity: reusable.byteCount, former: reusable.former,
                offset: predecessorEnd)
            prepareSpare()
        }
        advance()
    }

    /// Stages the records of one box. They are written with the next `flush`. A box number is higher
    /// than the one before.
    package func append(
        _ records: [DurableRecord], group: GroupID = .standard, boxNumber: UInt64
    ) {
        precondition(group == .standard, "this version keeps one group")
        precondition(closing == nil, "the log is closing")
        for record in records {
            state.note(record)
            if case .truncated(let upTo) = record { storedUpTo = max(storedUpTo, upTo) }
        }
        if writing != nil { marks.hit(.stagedDuringWrite) }
        let wasEmpty = staged.isEmpty
        switch staged.append(records, group: group, box: boxNumber) {
        case .openBatch: if !wasEmpty { marks.hit(.boxesSharedWrite) }
        case .newBatch: break
        case .severalBatches: marks.hit(.boxInSeveralBatches)
        }
        precondition(stagedBytes <= Limits.stagedBytes, "more staged than the log bears")
    }

    /// Keeps what a peer was heard to say for later state batches (P6); nothing is written now.
    package func remember(_ memory: PeerMemory) { state.note(.heard(memory)) }

    /// Once at the end of each turn of the loop: writes what is staged, unless a write is in flight; then
    /// it goes when that one is durable.
    package func flush(nowMilliseconds: UInt64) {
        self.nowMilliseconds = nowMilliseconds
        guard !staged.isEmpty else { return }
        lastAppendMilliseconds = nowMilliseconds
        staged.wait(since: nowMilliseconds)
        advance()
    }

    /// Seals an idle log and asks again for a segment that could not be made, when it is time. Call it
    /// every few milliseconds.
    package func tick(nowMilliseconds: UInt64) {
        self.nowMilliseconds = nowMilliseconds
        if isStarted { prepareSpare() }
        advance()
    }

    /// Writes what is staged, seals, and calls `then`. Nothing may be appended afterwards.
    package func close(then: @escaping () -> Void) {
        precondition(closing == nil, "a log is closed once")
        closing = then
        pausedUntilMilliseconds = 0
        advance()
        reportClosed()
    }

    /// Begins no write before this moment, for tests of a disk that hangs; the one in flight goes on.
    package func pause(untilMilliseconds moment: UInt64) { pausedUntilMilliseconds = moment }

    /// Tells the log which cluster its directory belongs to, now that it is known: for later segments.
    package func joined(_ cluster: ClusterID) { identity.cluster = cluster }

    /// Bytes that are not durable yet.
    package var stagedBytes: Int {
        guard let writing, case .records = writing.kind else { return staged.extent }
        return staged.extent + writing.byteCount
    }

    /// Whether nothing is staged or under way. A seal does not count: nobody waits for it.
    package var isIdle: Bool {
        guard isStarted, staged.isEmpty else { return false }
        guard let writing else { return true }
        if case .seal = writing.kind { return true }
        return false
    }

    /// How long the oldest box has been waiting for the disk, in milliseconds; 0 if none is.
    package func oldestUnflushedAgeMilliseconds(_ nowMilliseconds: UInt64) -> UInt64 {
        guard let since = writingSinceMilliseconds ?? staged.waitingSinceMilliseconds else {
            return 0
        }
        return nowMilliseconds > since ? nowMilliseconds - since : 0
    }

    var isSealDue: Bool {
        guard writing == nil, staged.isEmpty, needsSeal else { return false }
        return closing != nil
            || nowMilliseconds >= lastAppendMilliseconds + options.sealAfterMilliseconds
    }

    func noteStarted() {
        guard !isStarted else { return }
        if !identity.hasLog { onFirstSegment() }
        identity.hasLog = true
        isStarted = true
        onStarted()
    }

    func makeTicket() -> UInt64 {
        defer { nextTicket += 1 }
        return nextTicket
    }

    /// Where the log before the segment that is opened next ends.
    var endBefore: Int { tail?.offset ?? predecessorEnd }
}
