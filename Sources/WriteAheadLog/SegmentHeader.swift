internal import Basics
package import Paxos

/// The first sector of a segment that is in use. docs/DataOnDisk.md has the layout.
package struct SegmentHeader: Equatable, Sendable {
    package static let byteCount = Limits.sectorBytes
    /// Segments in files that were no segments before are of version 1.
    package static let formatVersion: UInt16 = 2
    private static let magic = [UInt8]("SYNODLOG".utf8)
    private static let usedBytes = 96

    package var number: UInt64
    package var cluster: ClusterID
    package var replica: ReplicaID
    package var incarnation: Incarnation
    package var boot: BootNumber
    /// 0 if this is the first segment.
    package var predecessor: UInt64
    package var predecessorEnd: Int
    package var predecessorChain: UInt32
    /// Which former contents of the file are noted beside it; 0 if it held zeros.
    package var formerDigest: UInt32
    package var firstBatch: UInt64
    /// The highest slot of any value in earlier segments.
    package var highestSlotBefore: Slot

    /// What a first sector that was written can be.
    package enum Reading: Equatable, Sendable {
        case header(SegmentHeader)
        case newer(UInt16)
        case damaged

        /// Whether it is the right header of that segment.
        func isHeader(of segment: UInt64) -> Bool {
            guard case .header(let header) = self else { return false }
            return header.number == segment
        }
    }

    package func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.writeRaw(Self.magic)
        writer.write(UInt32(0))
        writer.write(formerDigest == 0 ? UInt16(1) : Self.formatVersion)
        writer.write(UInt16(0))
        writer.write(number)
        writer.write(cluster.rawValue)
        writer.write(replica.rawValue)
        writer.write(incarnation.rawValue)
        writer.write(boot.rawValue)
        writer.write(predecessor)
        writer.write(UInt64(predecessorEnd))
        writer.write(predecessorChain)
        writer.write(formerDigest)
        writer.write(firstBatch)
        writer.write(highestSlotBefore.rawValue)
        precondition(writer.count == Self.usedBytes, "the layout of a segment header")
        writer.writeRaw([UInt8](repeating: 0, count: Self.byteCount - Self.usedBytes))
        let sum = CRC32C.checksum([UInt8](writer.bytes[12...]))
        writer.overwrite(sum, at: 8)
        return writer.bytes
    }

    package static func read(_ sector: UnsafeRawBufferPointer) -> Reading {
        precondition(sector.count == byteCount, "a segment header is one sector")
        let stored = UInt32(littleEndian: sector.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        let sum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: sector[12...]))
        guard sector[..<8].elementsEqual(magic), stored == sum else { return .damaged }
        let version = UInt16(
            littleEndian: sector.loadUnaligned(fromByteOffset: 12, as: UInt16.self))
        guard version <= formatVersion else { return .newer(version) }
        return SegmentHeader(fields: sector).map(Reading.header) ?? .damaged
    }

    private init?(fields sector: UnsafeRawBufferPointer) {
        func field(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: sector.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        number = field(16)
        cluster = ClusterID(field(24))
        replica = ReplicaID(field(32))
        incarnation = Incarnation(field(40))
        boot = BootNumber(field(48))
        predecessor = field(56)
        guard let end = Int(exactly: field(64)) else { return nil }
        predecessorEnd = end
        predecessorChain = UInt32(truncatingIfNeeded: field(72))
        formerDigest = UInt32(truncatingIfNeeded: field(72) >> 32)
        firstBatch = field(80)
        highestSlotBefore = Slot(field(88))
    }

    init(
        number: UInt64, identity: Identity, boot: BootNumber, predecessor: UInt64,
        predecessorEnd: Int, predecessorChain: UInt32, formerDigest: UInt32, firstBatch: UInt64,
        highestSlotBefore: Slot
    ) {
        self.number = number
        cluster = identity.cluster
        replica = identity.replica
        incarnation = identity.incarnation
        self.boot = boot
        self.predecessor = predecessor
        self.predecessorEnd = predecessorEnd
        self.predecessorChain = predecessorChain
        self.formerDigest = formerDigest
        self.firstBatch = firstBatch
        self.highestSlotBefore = highestSlotBefore
    }
}
