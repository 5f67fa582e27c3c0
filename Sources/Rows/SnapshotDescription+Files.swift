package import Basics

/// The one byte form of a list of files: in a description on disk, in a backup's header, in a message to a peer.
extension SnapshotDescription {
    package func writeFiles(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(files.count))
        for file in files {
            writer.writeString(file.name)
            writer.write(file.byteCount)
            writer.write(file.checksum)
        }
    }

    /// Reads what `writeFiles` wrote; whether it makes sense, `problem` says.
    package init(
        slot: UInt64, filesFrom reader: inout ByteReader
    ) throws(ByteReaderError) {
        let count = try reader.readVarint()
        guard count <= UInt64(Limits.snapshotFilesMax) else { throw .invalid("number of files") }
        var files: [SnapshotFile] = []
        for _ in 0..<count {
            files.append(
                SnapshotFile(
                    name: try reader.readString(), byteCount: try reader.read(),
                    checksum: try reader.read()))
        }
        self.init(slot: slot, files: files)
    }
}
