internal import Basics
package import Paxos

/// Why decided values could not be read.
package enum LogReadError: Error, Equatable, Sendable, CustomStringConvertible {
    case damaged(LogDamage)
    case disk(DiskError)

    package var description: String {
        switch self {
        case .damaged(let damage): damage.description
        case .disk(let error): error.description
        }
    }
}

/// Reads values of decided slots back from the log, away from the loop. Every slot asked for must be
/// decided here: then a learned value is the decided one, else the one accepted in the highest ballot.
package struct DecidedScan: Sendable {
    let from: Slot
    let bytesMax: Int
    let salt: UInt64
    /// In the order of the log.
    let pieces: [SegmentIndex.Piece]
    /// The last slot still wanted; sinks as the bytes fill up.
    private var upTo: Slot
    private var candidates: [Candidate?] = []
    private var bytes = 0
    /// `LogBug.readBackTakesOldestBallot`.
    private let takesOldest: Bool
    /// This node itself cannot go on without what is read: if it cannot be read the disk has failed.
    package let isVital: Bool

    private struct Candidate: Sendable {
        let ballot: Ballot?
        let value: Value
    }

    init(
        from: Slot, upTo: Slot, bytesMax: Int, salt: UInt64, pieces: [SegmentIndex.Piece],
        takesOldest: Bool = false, isVital: Bool = false
    ) {
        self.takesOldest = takesOldest
        self.isVital = isVital
        precondition(from > .zero && from <= upTo, "a range of slots")
        self.from = from
        self.upTo = min(upTo, Slot(from.rawValue + UInt64(Limits.slotsPerRead - 1)))
        self.bytesMax = bytesMax
        self.salt = salt
        self.pieces = pieces
    }

    /// Values of consecutive slots from `from` on, at least one if the log has it, together about
    /// `bytesMax` bytes.
    package func run(
        reading disk: any SegmentReading
    ) throws(LogReadError) -> [Value] {
        var scan = self
        for piece in pieces where piece.slots.intersects(from, scan.upTo) {
            try scan.read(piece, disk)
        }
        return Array(scan.candidates.prefix { $0 != nil }.compactMap { $0?.value })
    }

    private mutating func read(
        _ piece: SegmentIndex.Piece, _ disk: any SegmentReading
    ) throws(LogReadError) {
        let bytes = try load(piece, disk)
        var offset = 0
        while offset < bytes.count {
            let extent = bytes.withUnsafeBytes { all -> Int? in
                let batch = UnsafeRawBufferPointer(rebasing: all[offset...])
                return readBatch(batch, segment: piece.segment, offset: piece.offset + offset)
            }
            guard let extent else {
                throw .damaged(
                    LogDamage(
                        segment: piece.segment, offset: piece.offset + offset,
                        finding: Finding.wrongSum.rawValue))
            }
            offset += extent
        }
    }

    private func load(
        _ piece: SegmentIndex.Piece, _ disk: any SegmentReading
    ) throws(LogReadError) -> [UInt8] {
        do throws(DiskError) {
            var bytes = [UInt8](repeating: 0, count: piece.end - piece.offset)
            let count = try Self.fill(&bytes, piece, disk)
            // What is cut off reads as zeros, and is found damaged.
            precondition(count <= bytes.count, "no more than was asked for")
            return bytes
        } catch {
            throw .disk(error)
        }
    }

    private static func fill(
        _ bytes: inout [UInt8], _ piece: SegmentIndex.Piece, _ disk: any SegmentReading
    ) throws(DiskError) -> Int {
        var result: Result<Int, DiskError> = .success(0)
        bytes.withUnsafeMutableBytes { buffer in
            do throws(DiskError) {
                result = .success(
                    try disk.read(segment: piece.segment, at: piece.offset, into: buffer))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    /// Takes the values of the batch that begins `bytes`, and gives its extent; nil if it is damaged.
    private mutating func readBatch(
        _ bytes: UnsafeRawBufferPointer, segment: UInt64, offset: Int
    ) -> Int? {
        let seed = BatchHeader.seed(salt: salt, segment: segment, offset: offset)
        guard let header = BatchHeader(bytes, seed: seed), header.extent <= bytes.count else {
            return nil
        }
        let whole = UnsafeRawBufferPointer(rebasing: bytes[..<header.extent])
        guard header.matches(whole) else { return nil }
        guard header.kind == .records, header.slots.intersects(from, upTo) else {
            return header.extent
        }
        var reader = ByteReader(header.payload(in: whole))
        do throws(ByteReaderError) {
            try BatchPayload.readSections(from: &reader) { group, record in
                if group == .standard { take(record) }
            }
        } catch {
            return nil
        }
        return header.extent
    }

    private mutating func take(_ record: DurableRecord) {
        switch record {
        case .accepted(let accepted): take(accepted.slot, accepted.ballot, accepted.value)
        case .learned(let slot, let value): take(slot, nil, value)
        case .promised, .decided, .truncated, .configuration, .heard: break
        }
    }

    private mutating func take(_ slot: Slot, _ ballot: Ballot?, _ value: Value) {
        guard slot >= from, slot <= upTo else { return }
        let index = Int(slot.rawValue - from.rawValue)
        while candidates.count <= index { candidates.append(nil) }
        if let held = candidates[index] {
            // A learned value has no ballot and wins over every ballot.
            guard let heldBallot = held.ballot else { return }
            if let ballot, ballot < heldBallot || takesOldest { return }
            bytes -= held.value.byteCount
        }
        candidates[index] = Candidate(ballot: ballot, value: value)
        bytes += value.byteCount
        while bytes > bytesMax, candidates.count > 1 { dropLast() }
    }

    /// Gives the highest slot up, to be asked for again.
    private mutating func dropLast() {
        if let dropped = candidates.removeLast() { bytes -= dropped.value.byteCount }
        upTo = Slot(from.rawValue + UInt64(candidates.count - 1))
    }
}
