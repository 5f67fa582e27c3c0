internal import Basics
internal import Rows

/// How a description lies in a file.
extension SnapshotDescription {
    private static let magic: [UInt8] = Array("SYNODSNP".utf8)
    private static let headerBytes = 12

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.writeRaw(Self.magic)
        writer.write(UInt32(0))
        writer.write(slot)
        writeFiles(to: &writer)
        let checksum = CRC32C.checksum(Array(writer.bytes[Self.headerBytes...]))
        writer.overwrite(checksum, at: Self.magic.count)
        return writer.bytes
    }

    /// Nil if the bytes are not a description as it was written.
    init?(encoded bytes: [UInt8]) {
        let description = bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            return try? SnapshotDescription.read(&reader, of: buffer)
        }
        guard let description, description.problem == nil else { return nil }
        self = description
    }

    private static func read(
        _ reader: inout ByteReader, of buffer: UnsafeRawBufferPointer
    ) throws(ByteReaderError) -> SnapshotDescription {
        let magic = [UInt8](try reader.readRaw(Self.magic.count))
        let checksum = try reader.read(UInt32.self)
        let rest = UnsafeRawBufferPointer(rebasing: buffer[headerBytes...])
        guard magic == Self.magic, checksum == CRC32C.checksum(rest) else {
            throw .invalid("description of a snapshot")
        }
        return try SnapshotDescription(slot: reader.read(), filesFrom: &reader)
    }
}
