internal import Basics
internal import Rows

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension SnapshotFile {
    /// Describes a file, which is read to its end, with pauses, so that the disk has time for others.
    ///
    /// - Parameter goOn: called again and again; what it throws ends the reading.
    init(
        _ name: String, in directory: String, _ goOn: () throws(RowError) -> Void
    ) throws(RowError) {
        var (checksum, offset) = (UInt32(0), 0)
        while true {
            let chunk = try Files.read(
                directory + "/" + name, at: offset, bytesMax: Limits.checksumChunkBytes)
            guard let chunk else {
                throw RowError("\(directory)/\(name) is gone", .failure)
            }
            checksum = CRC32C.checksum(chunk, seed: checksum)
            offset += chunk.count
            guard chunk.count == Limits.checksumChunkBytes else { break }
            try goOn()
            usleep(Limits.checksumPauseMicroseconds)
        }
        self.init(name: name, byteCount: UInt64(offset), checksum: checksum)
    }
}
