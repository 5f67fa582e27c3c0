internal import Basics

/// The next segment, which is made ahead of need, and what is done when there is no room for it: a reserve is
/// kept from which a few more are taken.
extension WriteAheadLog {
    /// Asks for the segment after the last one, or, on a disk that is full, whether it still is.
    func prepareSpare() {
        switch spare {
        case .preparing: return
        case .ready: if lacksSpace, isTimeToRetry { refillReserve() }
        case .none:
            let usesReserve = mayUseReserve
            if isTimeToRetry || usesReserve { prepareSpare(mayUseReserve: usesReserve) }
        }
    }

    /// A larger segment takes the place of one that has no room for what is staged.
    func replaceSpare() {
        if case .ready = spare { spare = .none }
        prepareSpare()
    }

    /// What a segment must have room for that begins with what is staged.
    var neededBytes: Int {
        SegmentHeader.byteCount + StagedBatch.extent(startMark, stated)
            + (staged.isEmpty ? 0 : staged.firstExtent) + Limits.sectorBytes
    }

    /// Whether the log waits for a segment that is larger than others.
    private var needsLarger: Bool { isWaitingForSegment && neededBytes > options.segmentBytes }

    /// Whether the log waits for room on the disk.
    package var waitsForRoom: Bool { isReserveUsedUp || lacksLarger }

    private var isTimeToRetry: Bool { nowMilliseconds >= retryPreparationMilliseconds }

    /// Room has been asked for in vain, some is left in the reserve, and what the log has comes to its end.
    private var mayUseReserve: Bool {
        if options.injectedBug == .reserveUsedUnsaid { return true }
        guard lacksSpace, !isReserveUsedUp, !needsLarger else { return false }
        guard let tail else { return true }
        return isWaitingForSegment || tail.offset > tail.capacity / 2
    }

    private func prepareSpare(mayUseReserve: Bool) {
        let number = (indexes.last?.number ?? 0) + 1
        let isLarger = needsLarger
        let byteCount =
            options.segmentBytes + (isLarger ? Limits.roundUpToFill(neededBytes) : 0)
        let ticket = makeTicket()
        spare = .preparing(
            SegmentFile(number: number, byteCount: byteCount), ticket: ticket,
            mayUseReserve: mayUseReserve)
        disk.submit(
            isLarger
                ? .prepareLarger(segment: number, byteCount: byteCount)
                : .prepare(
                    segment: number, byteCount: byteCount, mayUseReserve: mayUseReserve),
            ticket: ticket)
    }

    private func refillReserve() {
        guard !isRefillingReserve else { return }
        isRefillingReserve = true
        disk.submit(.reserve(byteCount: options.segmentBytes), ticket: makeTicket())
    }

    func prepared(_ ticket: UInt64, _ former: FormerContents, lacking error: DiskError?) {
        guard case .preparing(let file, ticket, _) = spare else {
            preconditionFailure("a preparation nobody asked for")
        }
        spare = .ready(file, former)
        marks.hit(former == .zeros ? .segmentFilled : .segmentRevived)
        if file.byteCount > options.segmentBytes {
            // What that says of the reserve is nothing.
            marks.hit(.largerSegmentMade)
            lacksLarger = false
            return advance()
        }
        if error != nil { marks.hit(.reserveUsed) } else { isReserveUsedUp = false }
        noteSpace(error)
        advance()
    }

    /// The log goes on in the segment that it has, and asks again: space may be made.
    func notPrepared(_ error: DiskError) {
        marks.hit(.segmentNotMade)
        if case .preparing(let file, _, let mayUseReserve) = spare {
            if mayUseReserve { isReserveUsedUp = true }
            lacksLarger = file.byteCount > options.segmentBytes
        }
        spare = .none
        noteSpace(error)
    }

    func reserved(lacking error: DiskError?) {
        isRefillingReserve = false
        if error == nil { isReserveUsedUp = false }
        noteSpace(error)
    }

    private func noteSpace(_ error: DiskError?) {
        lacksSpace = error != nil
        guard let error else { return }
        retryPreparationMilliseconds = nowMilliseconds + Limits.preparationRetryMilliseconds
        onTrouble(error.description)
    }
}
