internal import Basics

/// What the sectors of a segment held before the segment began, so that a sector to which nothing was written yet
/// can be told from one that was written and has rotted. A file that was filled for the segment held zeros; one that
/// was a segment before holds that one's bytes, and is known by a checksum of each sector.
package struct FormerContents: Equatable, Sendable {
    /// Of a file that was filled with zeros, and of what lies behind the end of any file.
    package static let zeros = FormerContents(sums: [])

    private static let magic = [UInt8]("SYNODFMR".utf8)
    private static let fixedBytes = 24

    private var sums: [UInt32]

    private init(sums: [UInt32]) { self.sums = sums }

    /// Nothing noted yet, of a file with so many bytes.
    init(noting byteCount: Int) {
        sums = []
        sums.reserveCapacity(byteCount / Limits.sectorBytes)
    }

    /// Notes the next sectors of the file, in order.
    mutating func note(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count % Limits.sectorBytes == 0, "whole sectors")
        for start in stride(from: 0, to: bytes.count, by: Limits.sectorBytes) {
            sums.append(Self.sum(Self.sector(bytes, start)))
        }
    }

    /// All of a file's bytes.
    package init(of bytes: UnsafeRawBufferPointer) {
        self.init(noting: bytes.count)
        note(bytes)
    }

    /// Whether the sector that stands at `offset` looks as if nothing had been written to it.
    func isUnwritten(_ sector: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        precondition(offset % Limits.sectorBytes == 0, "sectors have their places")
        let place = offset / Limits.sectorBytes
        guard place < sums.count else { return Sectors.isZero(sector) }
        return Self.sum(sector) == sums[place]
    }

    /// How many of the sectors in `bytes`, which stand at `offset`, look as if nothing had been written to them.
    func unwrittenSectors(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
        var count: UInt32 = 0
        for start in stride(from: 0, to: bytes.count, by: Limits.sectorBytes)
        where isUnwritten(Self.sector(bytes, start), at: offset + start) { count += 1 }
        return count
    }

    /// What the segment's header says of it, so that another is not taken for it; 0 says zeros.
    var digest: UInt32 {
        sums.withUnsafeBytes { sums.isEmpty ? 0 : max(1, CRC32C.checksum($0)) }
    }

    /// The file beside the segment that says so. docs/DataOnDisk.md has the layout.
    package func encode(for segment: UInt64) -> [UInt8] {
        var writer = ByteWriter(capacity: Self.fixedBytes + sums.count * 4)
        writer.writeRaw(Self.magic)
        writer.write(UInt32(0))
        writer.write(UInt32(sums.count))
        writer.write(segment)
        for sum in sums { writer.write(sum) }
        let sum = CRC32C.checksum([UInt8](writer.bytes[12...]))
        writer.overwrite(sum, at: 8)
        return writer.bytes
    }

    /// Nil unless the bytes are right, and meant for `segment`.
    package init?(_ bytes: [UInt8], for segment: UInt64) {
        guard bytes.count >= Self.fixedBytes, bytes.starts(with: Self.magic) else { return nil }
        func word(_ offset: Int) -> UInt32 {
            bytes.withUnsafeBytes {
                UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            }
        }
        guard word(8) == CRC32C.checksum([UInt8](bytes[12...])),
            UInt64(word(16)) | UInt64(word(20)) << 32 == segment,
            bytes.count == Self.fixedBytes + Int(word(12)) * 4
        else { return nil }
        sums = stride(from: Self.fixedBytes, to: bytes.count, by: 4).map(word)
    }

    private static func sum(_ sector: UnsafeRawBufferPointer) -> UInt32 {
        CRC32C.checksum(sector)
    }

    private static func sector(
        _ bytes: UnsafeRawBufferPointer, _ start: Int
    ) -> UnsafeRawBufferPointer {
        let end = min(start + Limits.sectorBytes, bytes.count)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }
}
