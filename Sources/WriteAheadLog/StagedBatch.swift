internal import Basics
internal import Paxos
internal import PaxosCodec

/// A batch in the making: room for the header, then records as they come, in memory that is used again.
struct StagedBatch {
    private(set) var writer = ByteWriter()
    private(set) var slots = SlotRange()
    private(set) var highestBallot = Ballot.zero
    /// The box that is durable once this batch is; 0 if it completes none.
    private(set) var lastBox: UInt64 = 0
    private(set) var isEmpty = true
    /// Since when its first records wait for the disk; nil until the turn that staged them ends.
    private(set) var waitingSinceMilliseconds: UInt64?

    init() { reset() }

    var payloadBytes: Int { writer.count - BatchHeader.byteCount }
    /// What the batch will take on disk.
    var extent: Int { Sectors.roundUp(writer.count) }

    mutating func append(_ records: ArraySlice<DurableRecord>, group: GroupID) {
        isEmpty = false
        for record in records {
            if let slot = record.valueSlot { slots.include(slot) }
            if let ballot = record.promise { highestBallot = max(highestBallot, ballot) }
        }
        BatchPayload.writeSection(group, records, into: &writer)
    }

    /// All records of the box are here or in batches before.
    mutating func complete(box: UInt64) {
        lastBox = box
    }

    mutating func wait(since milliseconds: UInt64) {
        waitingSinceMilliseconds = waitingSinceMilliseconds ?? milliseconds
    }

    /// Completes header and padding and gives the bytes, which stay in this value's memory.
    mutating func seal(at place: BatchPlace) -> (header: BatchHeader, bytes: [UInt8]) {
        var header = place.header(.records)
        header.slots = slots
        header.highestBallot = highestBallot
        header.groupCount = 1
        let bytes = Self.complete(&header, &writer, place)
        return (header, bytes)
    }

    mutating func reset() {
        // One copy of the memory lives on; a very large one is given back.
        if writer.count > Limits.retainedStagingBytes { writer = ByteWriter() }
        writer.removeAll()
        Self.makeRoom(in: &writer)
        slots = SlotRange()
        highestBallot = .zero
        lastBox = 0
        isEmpty = true
        waitingSinceMilliseconds = nil
    }

    /// A state batch, which is never staged.
    static func state(
        _ start: BatchPayload.Start, _ state: LogState, at place: BatchPlace
    ) -> (header: BatchHeader, bytes: [UInt8]) {
        var writer = write(start, state)
        var header = place.header(.state)
        header.highestBallot = state.promised
        header.groupCount = 1
        let bytes = complete(&header, &writer, place)
        return (header, bytes)
    }

    /// What a state batch takes on disk.
    static func extent(_ start: BatchPayload.Start, _ state: LogState) -> Int {
        Sectors.roundUp(write(start, state).count)
    }

    private static func write(_ start: BatchPayload.Start, _ state: LogState) -> ByteWriter {
        var writer = ByteWriter(capacity: 4096)
        makeRoom(in: &writer)
        BatchPayload.writeStart(start, into: &writer)
        BatchPayload.writeSection(.standard, state.records[...], into: &writer)
        return writer
    }

    /// An empty batch, which proves the one before it complete.
    static func seal(at place: BatchPlace) -> (header: BatchHeader, bytes: [UInt8]) {
        var writer = ByteWriter(capacity: Limits.sectorBytes)
        makeRoom(in: &writer)
        var header = place.header(.seal)
        let bytes = complete(&header, &writer, place)
        return (header, bytes)
    }

    private static func makeRoom(in writer: inout ByteWriter) {
        writer.writeRaw([UInt8](repeating: 0, count: BatchHeader.byteCount))
    }

    /// Pads the batch and puts the header into the room before the payload.
    private static func complete(
        _ header: inout BatchHeader, _ writer: inout ByteWriter, _ place: BatchPlace
    ) -> [UInt8] {
        header.payloadBytes = writer.count - BatchHeader.byteCount
        let padding = Sectors.roundUp(writer.count) - writer.count
        if padding > 0 { writer.writeRaw([UInt8](repeating: 0, count: padding)) }
        writer.bytes.withUnsafeBytes { bytes in
            header.chainAfter = CRC32C.checksum(
                UnsafeRawBufferPointer(rebasing: bytes[BatchHeader.byteCount...]),
                seed: header.chainBefore)
            // The first sector begins with the header, which tells by itself whether it was written.
            header.unwrittenSectors = place.former.unwrittenSectors(
                UnsafeRawBufferPointer(rebasing: bytes[Limits.sectorBytes...]),
                at: place.offset + Limits.sectorBytes)
        }
        let words = header.encode(seed: place.seed)
        words.withUnsafeBytes { words in
            for offset in stride(from: 0, to: BatchHeader.byteCount, by: 4) {
                let word = words.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                writer.overwrite(UInt32(littleEndian: word), at: offset)
            }
        }
        return writer.bytes
    }
}

extension DurableRecord {
    /// The slot, if the record holds a value.
    var valueSlot: Slot? {
        switch self {
        case .accepted(let accepted): accepted.slot
        case .learned(let slot, _): slot
        case .promised, .decided, .truncated, .configuration, .heard: nil
        }
    }

    var value: Value? {
        switch self {
        case .accepted(let accepted): accepted.value
        case .learned(_, let value): value
        case .promised, .decided, .truncated, .configuration, .heard: nil
        }
    }

    /// The ballot that the record promises.
    var promise: Ballot? {
        switch self {
        case .promised(let ballot): ballot
        case .accepted(let accepted): accepted.ballot
        case .decided, .learned, .truncated, .configuration, .heard: nil
        }
    }
}
