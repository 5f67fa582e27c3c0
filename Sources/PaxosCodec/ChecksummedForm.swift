internal import Basics

/// The beginning that frames and hellos have in every version: format version u8, CRC-32C u32. The
/// checksum covers the version and everything after itself.
enum ChecksummedForm {
    private static let checksumOffset = 1
    private static let bodyOffset = 5

    /// Writes the beginning; `finish` completes it once the body stands behind it. Returns where.
    static func begin(version: UInt8, in writer: inout ByteWriter) -> Int {
        let start = writer.count
        writer.write(version)
        writer.write(UInt32(0))
        return start
    }

    static func finish(at start: Int, in writer: inout ByteWriter) {
        let sum = writer.bytes.withUnsafeBytes {
            checksum(UnsafeRawBufferPointer(rebasing: $0[start...]))
        }
        writer.overwrite(sum, at: start + checksumOffset)
    }

    /// Checks sum and version and gives a reader of the body.
    static func open(
        _ bytes: UnsafeRawBufferPointer, versionMax: UInt8
    ) throws(FrameError) -> ByteReader {
        guard bytes.count >= bodyOffset else { throw .malformed(.truncated) }
        let stored = bytes.loadUnaligned(fromByteOffset: checksumOffset, as: UInt32.self)
        guard UInt32(littleEndian: stored) == checksum(bytes) else { throw .wrongChecksum }
        guard bytes[0] <= versionMax else { throw .versionNewer(bytes[0]) }
        guard bytes[0] > 0 else { throw .malformed(.invalid("format version")) }
        return ByteReader(UnsafeRawBufferPointer(rebasing: bytes[bodyOffset...]))
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let version = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<checksumOffset]))
        return CRC32C.checksum(
            UnsafeRawBufferPointer(rebasing: bytes[bodyOffset...]), seed: version)
    }
}
