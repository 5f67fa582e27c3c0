internal import Basics
internal import Paxos

/// Looks at one segment, batch by batch, and names what it finds.
struct BatchScanner {
    let cursor: SegmentCursor
    let salt: UInt64
    let former: FormerContents
    let injectedBug: LogBug?

    /// A position where a batch should begin, and what it should be.
    struct Expectation {
        var offset: Int
        var number: UInt64
        var chain: UInt32
        /// Where the successor says that this segment ends.
        var namedEnd: Int?
    }

    /// What stands there. The header only if it is right.
    func examine(_ expected: Expectation) throws(RecoveryError) -> (Finding, BatchHeader?) {
        let sector = try cursor.bytes(at: expected.offset, count: Limits.sectorBytes)
        guard let header = header(in: sector, at: expected.offset) else {
            return (isUnwritten(sector, at: expected.offset) ? .unwritten : .badHeader, nil)
        }
        let end = expected.offset + header.extent
        guard continues(header, expected), end <= expected.namedEnd ?? .max else {
            return (.foreign, header)
        }
        // A length beyond the file is a write that did not come, or only in part.
        if try sum(header, at: expected.offset) == header.chainAfter { return (.whole, header) }
        let isTorn = try lacksSectors(header, at: expected.offset)
        return (isTorn ? .torn : .wrongSum, header)
    }

    /// Of what stands behind the header. A length that was never that of a batch takes no memory.
    private func sum(_ header: BatchHeader, at offset: Int) throws(RecoveryError) -> UInt32 {
        var sum = header.chainBefore
        var skipped = BatchHeader.byteCount
        try cursor.forEachPiece(at: offset, count: header.extent) { _, piece in
            sum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: piece[skipped...]), seed: sum)
            skipped = 0
        }
        return sum
    }

    /// Whether a sector of the batch is missing.
    private func lacksSectors(_ header: BatchHeader, at offset: Int) throws(RecoveryError) -> Bool {
        if breaks(.rotTakenForFormerContents) { return true }
        var unwritten: UInt32 = 0
        let rest = header.extent - Limits.sectorBytes
        try cursor.forEachPiece(at: offset + Limits.sectorBytes, count: rest) { place, piece in
            unwritten += former.unwrittenSectors(piece, at: place)
        }
        return unwritten > header.unwrittenSectors
    }

    /// What the state batches say that stand before all records of a segment; nothing from the first one on that
    /// is not right.
    func openingState(of header: SegmentHeader) throws(RecoveryError) -> [DurableRecord] {
        var expected = Expectation(
            offset: SegmentHeader.byteCount, number: header.firstBatch,
            chain: header.predecessorChain)
        var records: [DurableRecord] = []
        while case (.whole, let batch?) = try examine(expected), batch.kind != .records {
            let payload = try payload(of: batch, at: expected.offset)
            if batch.kind == .state, let stated = BatchPayload.stateRecords(payload) {
                records += stated
            }
            expected.offset += batch.extent
            expected.number += 1
            expected.chain = batch.chainAfter
        }
        return records
    }

    /// The payload of a batch that was found whole.
    func payload(of header: BatchHeader, at offset: Int) throws(RecoveryError)
        -> UnsafeRawBufferPointer
    {
        header.payload(in: try cursor.bytes(at: offset, count: header.extent))
    }

    /// What stands behind the batch that was expected at `offset`: whether a right header of a later
    /// batch does, and whether nothing was written there.
    func rest(
        after expected: Expectation
    ) throws(RecoveryError) -> (followed: Bool, isUnwritten: Bool) {
        var isUnwritten = true
        var offset = expected.offset + Limits.sectorBytes
        while offset < cursor.fileBytes {
            let sector = try cursor.bytes(at: offset, count: Limits.sectorBytes)
            if !self.isUnwritten(sector, at: offset) {
                isUnwritten = false
                if let header = header(in: sector, at: offset),
                    header.number > expected.number
                {
                    return (true, false)
                }
            }
            offset += Limits.sectorBytes
        }
        return (false, isUnwritten)
    }

    private func header(in sector: UnsafeRawBufferPointer, at offset: Int) -> BatchHeader? {
        let segments =
            breaks(.formerBatchTakenForOurs) ? 1...cursor.segment : cursor.segment...cursor.segment
        return segments.reversed().lazy.compactMap { segment in
            BatchHeader(
                sector, seed: BatchHeader.seed(salt: salt, segment: segment, offset: offset))
        }.first
    }

    /// Whether the batch is the one that comes next.
    private func continues(_ header: BatchHeader, _ expected: Expectation) -> Bool {
        breaks(.formerBatchTakenForOurs)
            || header.number == expected.number && header.chainBefore == expected.chain
    }

    private func isUnwritten(_ sector: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        breaks(.rotTakenForFormerContents) || former.isUnwritten(sector, at: offset)
    }

    /// Such a bug shows itself in files that are used again.
    private func breaks(_ bug: LogBug) -> Bool { injectedBug == bug && former != .zeros }
}
