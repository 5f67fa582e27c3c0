internal import Basics
package import Paxos

/// The first 80 bytes of a batch. docs/DataOnDisk.md has the layout.
package struct BatchHeader: Equatable, Sendable {
    package static let byteCount = 80

    package enum Kind: UInt8, Sendable {
        case records = 1
        case state = 2
        case seal = 3
    }

    package var kind: Kind
    package var number: UInt64
    package var chainBefore: UInt32
    package var chainAfter: UInt32
    package var payloadBytes: Int
    /// How many of its sectors, without the first, are as they were before the segment began.
    package var unwrittenSectors: UInt32
    package var slots: SlotRange
    package var highestBallot: Ballot
    package var group: GroupID
    package var groupCount: UInt32

    /// Header and payload, padded to whole sectors.
    package var extent: Int { Sectors.roundUp(Self.byteCount + payloadBytes) }

    /// Whether what stands behind the header is what was written: `extent` is header, payload, padding.
    package func matches(_ extent: UnsafeRawBufferPointer) -> Bool {
        precondition(extent.count == self.extent, "the whole batch")
        let body = UnsafeRawBufferPointer(rebasing: extent[Self.byteCount...])
        return CRC32C.checksum(body, seed: chainBefore) == chainAfter
    }

    /// The payload in `extent`, the bytes of the whole batch.
    package func payload(in extent: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: extent[Self.byteCount..<Self.byteCount + payloadBytes])
    }

    /// What the checksum of a header begins with: the same header elsewhere is wrong.
    package static func seed(salt: UInt64, segment: UInt64, offset: Int) -> UInt32 {
        var writer = ByteWriter(capacity: 24)
        writer.write(salt)
        writer.write(segment)
        writer.write(UInt64(offset))
        return CRC32C.checksum(writer.bytes)
    }

    /// The header as the bytes that open a batch.
    package func encode(seed: UInt32) -> [UInt8] {
        precondition(payloadBytes <= Limits.payloadBytes, "batch too large")
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.write(UInt32(0))
        writer.write(kind.rawValue)
        writer.writeRaw([0, 0, 0])
        writer.write(number)
        writer.write(chainBefore)
        writer.write(chainAfter)
        writer.write(UInt32(payloadBytes))
        writer.write(unwrittenSectors)
        writer.write(slots.low.rawValue)
        writer.write(slots.high.rawValue)
        writer.write(highestBallot.round)
        writer.write(highestBallot.replica.rawValue)
        writer.write(highestBallot.incarnation.rawValue)
        writer.write(group.rawValue)
        writer.write(groupCount)
        let sum = writer.bytes.withUnsafeBytes { Self.checksum($0, seed: seed) }
        writer.overwrite(sum, at: 0)
        precondition(writer.count == Self.byteCount, "a header has 80 bytes")
        return writer.bytes
    }

    /// Reads a header, or nil where none that was written for this place stands.
    package init?(_ bytes: UnsafeRawBufferPointer, seed: UInt32) {
        guard bytes.count >= Self.byteCount else { return nil }
        let fixed = UnsafeRawBufferPointer(rebasing: bytes[..<Self.byteCount])
        let stored = UInt32(littleEndian: fixed.loadUnaligned(as: UInt32.self))
        guard stored == Self.checksum(fixed, seed: seed) else { return nil }
        func field<Integer: FixedWidthInteger>(_ offset: Int, as: Integer.Type) -> Integer {
            Integer(littleEndian: fixed.loadUnaligned(fromByteOffset: offset, as: Integer.self))
        }
        guard let kind = Kind(rawValue: fixed[4]) else { return nil }
        self.kind = kind
        number = field(8, as: UInt64.self)
        chainBefore = field(16, as: UInt32.self)
        chainAfter = field(20, as: UInt32.self)
        payloadBytes = Int(field(24, as: UInt32.self))
        guard payloadBytes <= Limits.payloadBytes else { return nil }
        unwrittenSectors = field(28, as: UInt32.self)
        slots = SlotRange(
            low: Slot(field(32, as: UInt64.self)), high: Slot(field(40, as: UInt64.self)))
        highestBallot = Ballot(
            round: field(48, as: UInt64.self), replica: ReplicaID(field(56, as: UInt64.self)),
            incarnation: Incarnation(field(64, as: UInt64.self)))
        group = GroupID(field(72, as: UInt32.self))
        groupCount = field(76, as: UInt32.self)
    }

    init(kind: Kind, number: UInt64, chainBefore: UInt32) {
        self.kind = kind
        self.number = number
        self.chainBefore = chainBefore
        chainAfter = chainBefore
        payloadBytes = 0
        unwrittenSectors = 0
        slots = SlotRange()
        highestBallot = .zero
        group = .standard
        groupCount = 0
    }

    private static func checksum(_ header: UnsafeRawBufferPointer, seed: UInt32) -> UInt32 {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: header[4...]), seed: seed)
    }
}
