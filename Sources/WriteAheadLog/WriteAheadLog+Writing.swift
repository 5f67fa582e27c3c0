internal import Basics
internal import Paxos

/// One write at a time: what is next, and what its completion means.
extension WriteAheadLog {
    /// Takes what the disk has completed and reports it. Call it when the disk wakes the loop.
    package func drainCompletions(nowMilliseconds: UInt64) {
        self.nowMilliseconds = nowMilliseconds
        for completion in disk.takeCompletions() {
            switch completion.outcome {
            case .written(let nanoseconds): written(completion.ticket, nanoseconds: nanoseconds)
            case .prepared(let former): prepared(completion.ticket, former, lacking: nil)
            case .preparedFromReserve(let error):
                prepared(completion.ticket, .zeros, lacking: error)
            case .notPrepared(let error): notPrepared(error)
            case .reserved: reserved(lacking: nil)
            case .notReserved(let error): reserved(lacking: error)
            case .removed: break
            case .scanned(let result):
                reads.removeValue(forKey: completion.ticket)?.then(result)
            }
        }
        removeTruncated()
        reportClosed()
    }

    /// Starts the next write, if none is in flight and there is one.
    func advance() {
        guard writing == nil, nowMilliseconds >= pausedUntilMilliseconds else { return }
        guard let tail else { return openSegment() }
        if !isStarted { return writeState(tail) }
        if !staged.isEmpty {
            return tail.hasRoom(for: staged.firstExtent) ? writeRecords(tail) : openSegment()
        }
        if isSealDue { writeSeal(tail) }
    }

    /// Goes on in the spare segment, or waits for it.
    private func openSegment() {
        guard case .ready(let file, let former) = spare, file.byteCount >= neededBytes else {
            if tail != nil { marks.hit(.waitedForSegment) }
            isWaitingForSegment = true
            replaceSpare()
            disk.hurryPreparation()
            return
        }
        spare = .none
        isWaitingForSegment = false
        if tail != nil { marks.hit(.segmentSwitched) }
        let header = SegmentHeader(
            number: file.number, identity: identity, boot: boot,
            predecessor: indexes.last?.number ?? 0, predecessorEnd: endBefore,
            predecessorChain: chain, formerDigest: former.digest, firstBatch: nextBatch,
            highestSlotBefore: highestSlot)
        let offset = SegmentHeader.byteCount
        let tail = Tail(
            number: file.number, capacity: file.byteCount, former: former, offset: offset)
        let batch = StagedBatch.state(startMark, stated, at: place(in: tail))
        self.tail = tail
        indexes.append(SegmentIndex(number: file.number, byteCount: file.byteCount))
        write(
            batch, kind: .state(truncatedUpTo: state.truncatedUpTo), before: header.encode())
    }

    /// The state batch of a start in a segment that is used again.
    private func writeState(_ tail: Tail) {
        let batch = StagedBatch.state(startMark, stated, at: place(in: tail))
        guard tail.hasRoom(for: batch.bytes.count) else { return openSegment() }
        write(batch, kind: .state(truncatedUpTo: state.truncatedUpTo))
    }

    private func writeRecords(_ tail: Tail) {
        if tail.offset > tail.capacity / 2 { disk.hurryPreparation() }
        staged.takeFirst(replacing: &inFlight)
        if !staged.isEmpty { marks.hit(.stagedInSeveralBatches) }
        writingSinceMilliseconds = inFlight.waitingSinceMilliseconds ?? nowMilliseconds
        let batch = inFlight.seal(at: place(in: tail))
        highestSlot = max(highestSlot, batch.header.slots.high)
        write(batch, kind: .records(lastBox: inFlight.lastBox))
        if options.injectedBug == .acknowledgeBeforeFlush, inFlight.lastBox > 0 {
            onDurable(inFlight.lastBox)
        }
    }

    private func writeSeal(_ tail: Tail) {
        needsSeal = false
        marks.hit(.sealed)
        write(StagedBatch.seal(at: place(in: tail)), kind: .seal)
    }

    /// Submits the write of a batch at the tail.
    private func write(
        _ batch: (header: BatchHeader, bytes: [UInt8]), kind: Writing.Kind,
        before segmentHeader: [UInt8] = []
    ) {
        guard let tail else { preconditionFailure("a segment to write to") }
        let ticket = makeTicket()
        writing = Writing(
            ticket: ticket, kind: kind, segment: tail.number, offset: tail.offset,
            header: batch.header, byteCount: batch.bytes.count)
        nextBatch += 1
        chain = batch.header.chainAfter
        self.tail?.offset += batch.bytes.count
        let bytes = segmentHeader.isEmpty ? batch.bytes : segmentHeader + batch.bytes
        disk.submit(
            .write(
                segment: tail.number, offset: tail.offset - segmentHeader.count, bytes: bytes),
            ticket: ticket)
    }

    private func written(_ ticket: UInt64, nanoseconds: UInt64) {
        guard let done = writing, done.ticket == ticket else {
            preconditionFailure("a write nobody asked for")
        }
        writing = nil
        writingSinceMilliseconds = nil
        indexes[indexes.count - 1].include(
            offset: done.offset, extent: done.header.extent, slots: done.header.slots)
        inFlight.reset()
        onFlush(Double(nanoseconds) / 1e9, done.byteCount)
        switch done.kind {
        case .state(let truncatedUpTo):
            needsSeal = true
            openedTruncatedUpTo = max(openedTruncatedUpTo, truncatedUpTo)
            started()
        case .seal:
            advance()
        case .records(let lastBox):
            needsSeal = true
            // The next write goes first: the disk works while the owner does.
            advance()
            if options.injectedBug != .acknowledgeBeforeFlush, lastBox > 0 { onDurable(lastBox) }
            if isIdle { onIdle() }
        }
    }

    private func started() {
        noteStarted()
        prepareSpare()
        advance()
    }

    func reportClosed() {
        guard let closing, writing == nil, staged.isEmpty, !needsSeal, isStarted else { return }
        self.closing = {}
        closing()
    }

    /// What a state batch says.
    var stated: LogState {
        options.injectedBug == .promiseInDeletedSegment ? state.withoutPromise : state
    }

    var startMark: BatchPayload.Start {
        BatchPayload.Start(incarnation: identity.incarnation, starts: starts)
    }

    private func place(in tail: Tail) -> BatchPlace {
        BatchPlace(
            number: nextBatch, chain: chain, offset: tail.offset,
            seed: BatchHeader.seed(
                salt: identity.salt, segment: tail.number, offset: tail.offset),
            former: tail.former)
    }
}
