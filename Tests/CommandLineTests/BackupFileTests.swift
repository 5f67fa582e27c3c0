import Digests
import Foundation
import Paxos
import Replication
import Rows
import Testing

@testable import synod

/// A backup is taken for one only if it is, to the last bit, what was written.
@Suite struct BackupFileTests {
    private static let contents: [[UInt8]] = [
        Array("the first file".utf8), [], Array("and the third".utf8),
    ]

    private static let header = BackupHeader(
        cluster: ClusterID(7), revision: 42, keyCount: 3,
        snapshot: SnapshotDescription(
            slot: 99,
            files: contents.enumerated().map { index, bytes in
                SnapshotFile(
                    name: "00000\(index).sst", byteCount: UInt64(bytes.count),
                    checksum: UInt32(index))
            }))

    /// As a node sends it.
    private static func whole() -> [UInt8] {
        var bytes = header.encoded + contents.joined()
        bytes += [UInt8](repeating: 0, count: header.paddingByteCount)
        return bytes + SHA256.digest(bytes)
    }

    private func read(_ bytes: [UInt8], checksDigest: Bool = true) throws -> BackupFile {
        let directory = try Files.makeTemporaryDirectory()
        defer { Files.removeTree(directory) }
        return try read(bytes, at: directory + "/backup", checksDigest: checksDigest)
    }

    private func read(
        _ bytes: [UInt8], at path: String, checksDigest: Bool = true
    ) throws -> BackupFile {
        try bytes.withUnsafeBytes { try PlainFile(making: path).append($0) }
        return try BackupFile(path, checksDigest: checksDigest)
    }

    /// Whether these bytes are taken for a backup, in a file that is used again and again.
    private func isRead(_ bytes: [UInt8], at path: String, checksDigest: Bool = true) -> Bool {
        (try? read(bytes, at: path, checksDigest: checksDigest)) != nil
    }

    @Test func whatWasWrittenIsRead() throws {
        let bytes = Self.whole()
        // Where etcd's tools look for a digest.
        #expect(bytes.count % 512 == 32)
        let backup = try read(bytes)
        #expect(backup.header == Self.header)
        #expect(backup.byteCount == UInt64(bytes.count))
        #expect(backup.digest == SHA256.digest(Array(bytes.dropLast(32))))
        #expect(backup.hash == backup.digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
    }

    @Test func filesAreReadInOrder() throws {
        let directory = try Files.makeTemporaryDirectory()
        defer { Files.removeTree(directory) }
        try Data(Self.whole()).write(to: URL(fileURLWithPath: directory + "/backup"))
        var found: [[UInt8]] = [[], [], []]
        try BackupFile(directory + "/backup").readFiles { file, offset, bytes in
            #expect(Int(offset) == found[file].count)
            found[file] += bytes
        }
        #expect(found == Self.contents)
    }

    @Test func everyTruncationIsRefused() throws {
        let directory = try Files.makeTemporaryDirectory()
        defer { Files.removeTree(directory) }
        let (bytes, path) = (Self.whole(), directory + "/backup")
        let readable = bytes.indices.filter { count in
            let part = Array(bytes[..<count])
            return isRead(part, at: path) || isRead(part, at: path, checksDigest: false)
        }
        #expect(readable == [])
        #expect(isRead(bytes, at: path))
        #expect(!isRead(bytes + [0], at: path))
    }

    @Test func everyFlippedBitIsRefused() throws {
        let directory = try Files.makeTemporaryDirectory()
        defer { Files.removeTree(directory) }
        var bytes = Self.whole()
        let path = directory + "/backup"
        var readable: [Int] = []
        for bit in 0..<8 * bytes.count {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            if isRead(bytes, at: path) { readable.append(bit) }
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        #expect(readable == [])
        #expect(isRead(bytes, at: path))
    }

    @Test func withoutTheDigestOnlyTheHeaderIsHeld() throws {
        var bytes = Self.whole()
        bytes[bytes.count - 1] ^= 1
        #expect(try read(bytes, checksDigest: false).header == Self.header)
        bytes[20] ^= 1
        #expect(throws: BackupError.self) { try read(bytes, checksDigest: false) }
    }

    @Test func aNewerFormatIsNamed() throws {
        var bytes = Self.whole()
        bytes[8] = 2
        #expect(throws: BackupError("the backup has format 2, this version reads 1")) {
            try read(bytes)
        }
    }

    @Test func membersOfOneFileAndListAgreeOnThemselves() {
        let (first, second) = (ReplicaID(1), ReplicaID(2))
        let digest = SHA256.digest([1])
        let origin = MemberIdentity.restoredOrigin(
            listHash: 5, digest: digest, revisionsBumped: 10)
        #expect(
            MemberIdentity.restoredIncarnation(of: first, origin: origin)
                == MemberIdentity.restoredIncarnation(of: first, origin: origin))
        #expect(
            MemberIdentity.restoredIncarnation(of: first, origin: origin)
                != MemberIdentity.restoredIncarnation(of: second, origin: origin))
        let others = [
            MemberIdentity.restoredOrigin(listHash: 6, digest: digest, revisionsBumped: 10),
            MemberIdentity.restoredOrigin(
                listHash: 5, digest: SHA256.digest([2]), revisionsBumped: 10),
            MemberIdentity.restoredOrigin(listHash: 5, digest: digest, revisionsBumped: 11),
        ]
        #expect(Set(others + [origin]).count == 4)
    }
}
