internal import Basics
package import Paxos

/// Reads a log at start, segment by segment and batch by batch. Blocking, and in bounded memory.
package struct LogRecovery {
    private let disk: any Disk
    private let identity: Identity
    private let configured: (Slot, Membership) -> Void
    private let deliver: (DecidedValue) -> Void

    private let store: StoreState
    private var state: DurableStateBuilder
    private var logState = LogState()
    private var boot = BootNumber(0)
    private var starts: [ProcessStart] = []
    private var segments: [SegmentIndex] = []
    private var expected = BatchScanner.Expectation(offset: 0, number: 1, chain: 0)
    private var highestSlot = Slot.zero
    /// Whether the segment in hand holds records.
    private var holdsRecords = false
    private var reusable: RecoveredLog.Reusable?
    /// Where the newest batch of the last segment lies; the first one with the segment's header, for the two
    /// are one write. Of a segment whose first batch did not come whole: its header.
    private var newestWrite = 0..<0
    private var unknownGroup: GroupID?
    private var marks = MarkCounter<LogMark>()
    private let injectedBug: LogBug?

    /// Folds the log on `disk`. Decided values of slots that the store does not have go to `deliver` in slot
    /// order, as far as none is missing; each configuration goes to `configured` before the slots that it
    /// governs.
    package static func run(
        disk: any Disk, identity: Identity, store: StoreState = StoreState(),
        injectedBug: LogBug? = nil,
        configured: @escaping (Slot, Membership) -> Void = { _, _ in },
        deliver: @escaping (DecidedValue) -> Void
    ) throws(RecoveryError) -> RecoveredLog {
        var recovery = LogRecovery(
            disk: disk, identity: identity, store: store, injectedBug: injectedBug,
            configured: configured, deliver: deliver)
        return try recovery.run()
    }

    private init(
        disk: any Disk, identity: Identity, store: StoreState, injectedBug: LogBug?,
        configured: @escaping (Slot, Membership) -> Void,
        deliver: @escaping (DecidedValue) -> Void
    ) {
        self.disk = disk
        self.identity = identity
        self.store = store
        self.configured = configured
        self.deliver = deliver
        self.injectedBug = injectedBug
        state = DurableStateBuilder(
            membership: store.governing?.membership ?? Membership(seats: []),
            configurationSlot: store.governing?.slot ?? .zero, appliedUpTo: store.appliedUpTo,
            logTimeMilliseconds: store.logTimeMilliseconds,
            decidesOlderBallots: injectedBug == .replayDecidesOlderBallot)
    }

    private mutating func run() throws(RecoveryError) -> RecoveredLog {
        let survey = try SegmentSurvey(disk: disk, identity: identity)
        note(survey)
        if survey.started.isEmpty, identity.hasLog { throw .lost }
        let truncated = try statedTruncation(survey)
        if truncated <= store.appliedUpTo {
            state.fold(.truncated(upTo: truncated), decided: deliver)
        }
        for (index, started) in survey.started.enumerated() {
            let successor = survey.started.dropFirst(index + 1).first
            try read(started, isFirst: index == 0, successor: successor?.header)
        }
        try checkBeginning(survey)
        try makeEndDurable()
        let state = state.state()
        noteStore(state)
        return RecoveredLog(
            state: state, heard: logState.heard, boot: boot, starts: starts,
            warnings: survey.warnings,
            logState: logState, storedUpTo: store.appliedUpTo,
            segments: segments, end: expected.offset, chain: expected.chain,
            nextBatch: expected.number, highestSlot: highestSlot, reusable: reusable,
            spare: survey.spare, marks: marks)
    }

    private mutating func note(_ survey: SegmentSurvey) {
        if survey.spare != nil { marks.hit(.spareFound) }
        if survey.hasTornOpening { marks.hit(.tornOpeningSkipped) }
        if survey.started.count > 1 { marks.hit(.severalSegmentsRead) }
    }

    /// The newest batch was read, so it counts, and must not vanish with the next loss of power. The process
    /// that wrote it may have been killed before it was flushed; or its flush has failed, and then the page
    /// cache goes on showing it, while the kernel takes it for clean and flushes it no more (Rebello et al.
    /// 2020). So it is written again.
    private func makeEndDurable() throws(RecoveryError) {
        guard let last = segments.last else { return }
        let cursor = SegmentCursor(disk, segment: last.number, fileBytes: newestWrite.upperBound)
        let isSkipped = injectedBug == .endNotWrittenAgain
        let bytes = try cursor.bytes(
            at: newestWrite.lowerBound, count: isSkipped ? 0 : newestWrite.count)
        do throws(DiskError) {
            try disk.rewrite(segment: last.number, at: newestWrite.lowerBound, bytes)
        } catch {
            throw .disk(error)
        }
    }

    /// Segments before the first one may be gone only with their slots truncated.
    private func checkBeginning(_ survey: SegmentSurvey) throws(RecoveryError) {
        guard let first = survey.started.first?.header, first.number > 1 else { return }
        if first.highestSlotBefore > logState.truncatedUpTo {
            throw .missing(first: 1, last: first.number - 1)
        }
    }

    /// What the newest state batches call truncated. If the store has it, that is known before anything is read:
    /// earlier segments are gone because of it, and what is there may begin in the middle.
    private func statedTruncation(_ survey: SegmentSurvey) throws(RecoveryError) -> Slot {
        var stated = LogState()
        for started in survey.started.suffix(2) {
            let scanner = started.scanner(disk, identity, injectedBug)
            for record in try scanner.openingState(of: started.header) { stated.note(record) }
        }
        return stated.truncatedUpTo
    }

    /// The log's first state batch says what came out of the comparison with the store.
    private mutating func noteStore(_ state: DurableState) {
        if state.lacksBase { marks.hit(.storeBehindLog) }
        if state.truncatedUpTo > logState.truncatedUpTo { marks.hit(.storeAheadOfLog) }
        logState.note(.truncated(upTo: state.truncatedUpTo))
        guard let governing = store.governing else { return }
        logState.note(
            .configuration(slot: governing.slot, membership: governing.membership))
    }

    private mutating func read(
        _ started: SegmentSurvey.Started, isFirst: Bool, successor: SegmentHeader?
    ) throws(RecoveryError) {
        let header = started.header
        if isFirst {
            expected.number = header.firstBatch
            expected.chain = header.predecessorChain
            highestSlot = header.highestSlotBefore
        }
        expected.offset = SegmentHeader.byteCount
        expected.namedEnd = successor?.predecessorEnd
        guard header.firstBatch == expected.number, header.predecessorChain == expected.chain,
            header.highestSlotBefore >= highestSlot
        else { throw .foreignSegment(header.number) }
        boot = max(boot, header.boot)
        holdsRecords = false
        newestWrite = 0..<SegmentHeader.byteCount
        let scanner = started.scanner(disk, identity, injectedBug)
        segments.append(
            SegmentIndex(number: header.number, byteCount: scanner.cursor.fileBytes))
        while expected.offset != expected.namedEnd {
            guard try readBatch(scanner, isLast: successor == nil) else { break }
        }
        if let unknownGroup { throw .unknownGroup(unknownGroup) }
    }

    /// Reads the batch at the expected place. False where the log ends.
    private mutating func readBatch(
        _ scanner: BatchScanner, isLast: Bool
    ) throws(RecoveryError) -> Bool {
        let (finding, header) = try scanner.examine(expected)
        if finding == .whole, let header {
            guard try keep(header, scanner) else { throw damage(.undecodable, scanner) }
            return true
        }
        let rest =
            isLast ? try scanner.rest(after: expected) : (followed: false, isUnwritten: false)
        let place: Place = isLast ? (rest.followed ? .followed : .last) : .closed
        var action = RecoveryTable.action(finding, place)
        if action == .refuse, injectedBug == .checksumFailureTakenForEnd { action = .cut }
        switch action {
        case .keep:
            preconditionFailure("only whole batches are kept")
        case .refuse:
            throw damage(finding, scanner)
        case .cut:
            marks.hit(.tornEndCut)
            return false
        case .end:
            if scanner.former != .zeros { marks.hit(.endInFormerContents) }
            if rest.isUnwritten, !holdsRecords {
                reusable = .init(byteCount: scanner.cursor.fileBytes, former: scanner.former)
            }
            return false
        }
    }

    private func damage(_ finding: Finding, _ scanner: BatchScanner) -> RecoveryError {
        .damaged(
            LogDamage(
                segment: scanner.cursor.segment, offset: expected.offset,
                finding: finding.rawValue))
    }

    /// Folds a whole batch and goes on behind it. False if its contents make no sense.
    private mutating func keep(
        _ header: BatchHeader, _ scanner: BatchScanner
    ) throws(RecoveryError) -> Bool {
        let payload = try scanner.payload(of: header, at: expected.offset)
        do throws(ByteReaderError) {
            try fold(header, ByteReader(payload))
        } catch {
            return false
        }
        segments[segments.count - 1].include(
            offset: expected.offset, extent: header.extent, slots: header.slots)
        highestSlot = max(highestSlot, header.slots.high)
        let isFirst = expected.offset == SegmentHeader.byteCount
        newestWrite = (isFirst ? 0 : expected.offset)..<expected.offset + header.extent
        expected.offset += header.extent
        expected.number += 1
        expected.chain = header.chainAfter
        return true
    }

    private mutating func fold(
        _ header: BatchHeader, _ payload: ByteReader
    ) throws(ByteReaderError) {
        var reader = payload
        let opens = expected.offset == SegmentHeader.byteCount
        guard opens == false || header.kind == .state else { throw .invalid("opening batch") }
        switch header.kind {
        case .seal:
            marks.hit(.sealFound)
            guard reader.isAtEnd else { throw .invalid("seal") }
            return
        case .state:
            starts = try BatchPayload.readStart(from: &reader).starts
            boot = max(boot, starts.last?.boot ?? boot)
        case .records:
            holdsRecords = true
        }
        try BatchPayload.readSections(from: &reader) { group, record throws(ByteReaderError) in
            guard group == .standard else {
                unknownGroup = group
                return
            }
            try expectNear(record)
            logState.note(record)
            if case .configuration(let slot, let membership) = record {
                configured(slot, membership)
            }
            state.fold(record, decided: deliver)
        }
    }

    /// What is read is kept by slot: one far above all others would need memory for all between them.
    private mutating func expectNear(_ record: DurableRecord) throws(ByteReaderError) {
        guard let slot = record.valueSlot else { return }
        let known = max(highestSlot, state.decidedUpTo)
        guard slot <= known || slot.distance(after: known) <= Limits.slotsAheadMax else {
            throw .invalid("a slot far ahead")
        }
        highestSlot = max(highestSlot, slot)
    }
}
