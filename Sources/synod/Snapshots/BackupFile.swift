internal import Digests
internal import Replication
internal import Rows

/// A backup as a file: its header, its files' bytes, zeros, and the digest of all of it (docs/DataOnDisk.md).
struct BackupFile {
    let header: BackupHeader
    /// As the file has it.
    let digest: [UInt8]
    private let file: PlainFile

    /// Opens a backup and reads it to its end once.
    ///
    /// - Parameter checksDigest: false: bytes may differ from what was written; each of the files has a checksum of
    ///   its own, too.
    init(_ path: String, checksDigest: Bool = true) throws {
        file = try PlainFile(reading: path)
        let byteCount = try file.byteCount()
        let prefix = try file.read(at: 0, count: BackupHeader.prefixByteCount)
        let headerByteCount = try BackupHeader.byteCount(prefix: prefix)
        header = try BackupHeader(encoded: try file.read(at: 0, count: headerByteCount))
        guard byteCount == header.fileByteCount else {
            throw BackupError(
                "\(path) has \(byteCount) bytes, and should have \(header.fileByteCount): it is not "
                    + "as it was written")
        }
        digest = try file.read(
            at: header.digestedByteCount, count: BackupHeader.digestByteCount)
        guard checksDigest else { return }
        guard try Self.digest(of: file, byteCount: header.digestedByteCount) == digest else {
            throw BackupError("\(path) has another SHA-256 than it says: it is damaged")
        }
    }

    var byteCount: UInt64 { header.fileByteCount }

    /// The number that stands for the content: the first four bytes of the digest.
    var hash: UInt32 { digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    /// Calls `body` with the files' bytes, in order.
    func readFiles(_ body: (_ file: Int, _ offset: UInt64, _ bytes: [UInt8]) throws -> Void) throws
    {
        var start = UInt64(header.encoded.count)
        for (index, described) in header.snapshot.files.enumerated() {
            var offset: UInt64 = 0
            while offset < described.byteCount {
                let count = min(UInt64(Limits.backupChunkBytes), described.byteCount - offset)
                let bytes = try file.read(at: start + offset, count: Int(count))
                guard bytes.count == Int(count) else {
                    throw BackupError("\(file.path) has become shorter")
                }
                try body(index, offset, bytes)
                offset += count
            }
            start += described.byteCount
        }
    }

    private static func digest(of file: PlainFile, byteCount: UInt64) throws -> [UInt8] {
        let digest = RunningSHA256()
        var offset: UInt64 = 0
        while offset < byteCount {
            let count = min(UInt64(Limits.backupChunkBytes), byteCount - offset)
            digest.add(try file.read(at: offset, count: Int(count)))
            offset += count
        }
        return digest.finish()
    }
}
