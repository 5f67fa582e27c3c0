internal import Basics
package import Paxos
package import Rows

/// What a backup begins with: whose state it holds, and which files follow (docs/DataOnDisk.md). Behind the files
/// come zeros up to a multiple of 512 bytes, and then the SHA-256 of all that: etcd's tools look for a digest there.
package struct BackupHeader: Equatable, Sendable {
    package static let formatVersion: UInt32 = 1
    /// What must be read to know how long the header is.
    package static let prefixByteCount = 16
    /// The length of the digest at the end.
    package static let digestByteCount = 32

    private static let magic = Array("SYNODBAK".utf8)
    private static let bodyOffset = 20
    private static let blockByteCount: UInt64 = 512

    /// The cluster whose state it is.
    package let cluster: ClusterID
    package let revision: Int64
    /// Keys that exist at the revision.
    package let keyCount: UInt64
    /// The slot, and the files, in the order in which their bytes follow.
    package let snapshot: SnapshotDescription

    package init(
        cluster: ClusterID, revision: Int64, keyCount: UInt64, snapshot: SnapshotDescription
    ) {
        self.cluster = cluster
        self.revision = revision
        self.keyCount = keyCount
        self.snapshot = snapshot
    }

    /// All that the digest is of.
    package var digestedByteCount: UInt64 { contentByteCount + UInt64(paddingByteCount) }

    /// The zeros behind the files.
    package var paddingByteCount: Int {
        let rest = contentByteCount % Self.blockByteCount
        return rest == 0 ? 0 : Int(Self.blockByteCount - rest)
    }

    /// The whole file.
    package var fileByteCount: UInt64 { digestedByteCount + UInt64(Self.digestByteCount) }

    private var contentByteCount: UInt64 { UInt64(encoded.count) + snapshot.byteCount }

    // MARK: Bytes

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.writeRaw(Self.magic)
        writer.write(Self.formatVersion)
        writer.write(UInt32(0))
        writer.write(UInt32(0))
        writer.write(cluster.rawValue)
        writer.write(snapshot.slot)
        writer.write(revision)
        writer.write(keyCount)
        snapshot.writeFiles(to: &writer)
        writer.overwrite(UInt32(writer.bytes.count), at: 12)
        let checksum = CRC32C.checksum(Array(writer.bytes[Self.bodyOffset...]))
        writer.overwrite(checksum, at: Self.prefixByteCount)
        return writer.bytes
    }

    /// How long the header is that begins with these bytes.
    package static func byteCount(prefix: [UInt8]) throws(BackupError) -> Int {
        guard prefix.count >= prefixByteCount, prefix.starts(with: magic) else {
            throw BackupError("this is no backup of Synod")
        }
        let version = number(prefix[8..<12])
        guard version == formatVersion else {
            throw BackupError(
                "the backup has format \(version), this version reads \(formatVersion)")
        }
        let count = Int(number(prefix[12..<16]))
        guard (bodyOffset...Limits.backupHeaderBytesMax).contains(count) else {
            throw BackupError("the backup's header is not as it was written")
        }
        return count
    }

    /// Reads a header, all of it.
    package init(encoded bytes: [UInt8]) throws(BackupError) {
        let count = try Self.byteCount(prefix: bytes)
        guard bytes.count == count,
            CRC32C.checksum(Array(bytes[Self.bodyOffset...]))
                == Self.number(bytes[Self.prefixByteCount..<Self.bodyOffset])
        else { throw BackupError("the backup's header is not as it was written") }
        let header = bytes[Self.bodyOffset...].withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            return try? Self.read(&reader)
        }
        guard let header, header.snapshot.problem == nil else {
            throw BackupError("the backup's header makes no sense")
        }
        self = header
    }

    private static func read(_ reader: inout ByteReader) throws(ByteReaderError) -> BackupHeader {
        let cluster = ClusterID(try reader.read())
        let slot: UInt64 = try reader.read()
        let revision: Int64 = try reader.read()
        let keyCount: UInt64 = try reader.read()
        let snapshot = try SnapshotDescription(slot: slot, filesFrom: &reader)
        guard reader.isAtEnd else { throw .invalid("the end of a header") }
        return BackupHeader(
            cluster: cluster, revision: revision, keyCount: keyCount,
            snapshot: snapshot)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
