import Foundation
import Paxos
import Testing

@testable import WriteAheadLog

/// What a data directory refuses, and that it says what to do.
struct DataDirectoryTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = try temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func establish(_ path: String) throws {
        let directory = try DataDirectory(path, expecting: nil)
        #expect(directory.identity == nil)
        try directory.setIdentity(sampleIdentity)
        directory.close()
    }

    private func expectation(
        replica: UInt64 = 7, name: String = "n1", token: UInt64 = 5
    ) -> DataDirectory.Expectation {
        .init(replica: ReplicaID(replica), memberName: name, clusterTokenHash: token)
    }

    private func refusal(
        _ path: String, _ expected: DataDirectory.Expectation? = nil
    ) -> DirectoryError? {
        do throws(DirectoryError) {
            _ = try DataDirectory(path, expecting: expected)
            return nil
        } catch {
            return error
        }
    }

    @Test func identityLivesOn() throws {
        try withDirectory { path in
            try establish(path)
            let again = try DataDirectory(path, expecting: expectation())
            #expect(again.identity == sampleIdentity)
            try again.noteLog()
            again.close()
            let third = try DataDirectory(path, expecting: expectation())
            #expect(third.identity?.hasLog == true)
        }
    }

    @Test func oneProcessAtATime() throws {
        try withDirectory { path in
            let first = try DataDirectory(path, expecting: nil)
            let error = refusal(path)
            #expect(
                error == .locked(path: path, holder: " (number \(getpid()))"))
            #expect(error?.description.contains("in use by another process") == true)
            first.close()
            #expect(refusal(path) == nil)
        }
    }

    @Test func anotherMembersDirectory() throws {
        try withDirectory { path in
            try establish(path)
            let byName = refusal(path, expectation(name: "n2"))?.description
            #expect(byName?.contains("belongs to member n1") == true)
            let byID = refusal(path, expectation(replica: 8))?.description
            #expect(byID?.contains("not to n1 (0000000000000008)") == true)
            #expect(refusal(path, expectation(token: 6)) == .otherCluster(path: path))
        }
    }

    @Test func everyDamagedByteOfTheIdentityIsSeen() throws {
        try withDirectory { path in
            try establish(path)
            let file = path + "/identity"
            let whole = [UInt8](try #require(FileManager.default.contents(atPath: file)))
            for index in whole.indices {
                for mask in [0x01, 0x80, 0xff] as [UInt8] {
                    var changed = whole
                    changed[index] ^= mask
                    try Data(changed).write(to: URL(filePath: file))
                    #expect(refusal(path) == .damagedIdentity(path: path))
                }
                try Data(whole[..<index]).write(to: URL(filePath: file))
                #expect(refusal(path) == .damagedIdentity(path: path))
            }
        }
    }

    @Test func aLogWithoutIdentity() throws {
        try withDirectory { path in
            try establish(path)
            _ = FileManager.default.createFile(
                atPath: path + "/log/0000000000000001.log", contents: Data(count: 4096))
            #expect(refusal(path) == nil)
            try FileManager.default.removeItem(atPath: path + "/identity")
            #expect(refusal(path) == .missingIdentity(path: path))
        }
    }

    /// A log of two segments: the first was begun before there was a cluster.
    private func write(_ path: String, clusters: [UInt64]) throws {
        for (index, cluster) in clusters.enumerated() {
            var identity = sampleIdentity
            identity.cluster = ClusterID(cluster)
            let header = SegmentHeader(
                number: UInt64(index + 1), identity: identity, boot: BootNumber(1),
                predecessor: UInt64(index), predecessorEnd: 0, predecessorChain: 0,
                formerDigest: 0, firstBatch: 1,
                highestSlotBefore: .zero)
            let name = "/log/000000000000000\(index + 1).log"
            _ = FileManager.default.createFile(
                atPath: path + name, contents: Data(header.encode()) + Data(count: 4096))
        }
    }

    private func mended(
        _ path: String, others: [UInt64] = [], name: String = "n1"
    ) throws(DirectoryError) -> Identity? {
        let directory = try DataDirectory(
            path, expecting: .init(replica: nil, memberName: name, clusterTokenHash: 5),
            mending: .init(others: others.map { ReplicaID($0) }, salt: 99))
        defer { directory.close() }
        return directory.identity
    }

    @Test(arguments: [true, false])
    func aLostIdentityEndsTheLife(isMissing: Bool) throws {
        try withDirectory { path in
            try establish(path)
            try write(path, clusters: [0, 0xc1, 0])
            let file = path + "/identity"
            if isMissing {
                try FileManager.default.removeItem(atPath: file)
            } else {
                try Data([1, 2, 3]).write(to: URL(filePath: file))
            }
            #expect(refusal(path)?.isLostIdentity == true)
            // Another member's directory, by its log.
            #expect(throws: DirectoryError.self) { try mended(path, others: [7]) }
            #expect(!FileManager.default.fileExists(atPath: path + "/ended"))
            let identity = try #require(try mended(path, others: [8]))
            #expect(identity.replica == sampleIdentity.replica)
            #expect(identity.cluster == ClusterID(0xc1))
            #expect(identity.incarnation == sampleIdentity.incarnation)
            #expect(identity.salt == 99)
            let directory = try DataDirectory(path, expecting: expectation())
            let reason = try #require(try directory.endOfLife)
            #expect(reason.contains(isMissing ? "is missing" : "is damaged"))
            try directory.beginLife(Incarnation(80))
            #expect(directory.identity?.cluster == ClusterID(0xc1))
            let kept = path + "/life.0000000000000009"
            #expect(FileManager.default.fileExists(atPath: kept + "/log/0000000000000001.log"))
            #expect(
                FileManager.default.fileExists(atPath: kept + "/identity.damaged") != isMissing)
        }
    }

    /// The file of an older segment, of the time before another cluster was made of the directory, waits to be used again.
    @Test func aFormerLifesHeaderNamesNoCluster() throws {
        try withDirectory { path in
            try establish(path)
            try write(path, clusters: [0xc2, 0xc1])
            try FileManager.default.moveItem(
                atPath: path + "/log/0000000000000001.log",
                toPath: path + "/log/0000000000000003.log")
            try FileManager.default.removeItem(atPath: path + "/identity")
            #expect(try mended(path)?.cluster == ClusterID(0xc1))
        }
    }

    @Test func aLostIdentityOfAnUnreadableLogIsRefused() throws {
        try withDirectory { path in
            try establish(path)
            _ = FileManager.default.createFile(
                atPath: path + "/log/0000000000000001.log", contents: Data(count: 4096))
            try FileManager.default.removeItem(atPath: path + "/identity")
            #expect(throws: DirectoryError.missingIdentity(path: path)) { try mended(path) }
        }
    }

    /// Between the note that the life is over and the new identity.
    @Test func aCrashWhileTheIdentityIsMended() throws {
        try withDirectory { path in
            try establish(path)
            try write(path, clusters: [0xc1])
            let directory = try DataDirectory(path, expecting: nil)
            try directory.endLife(because: "it was damaged")
            directory.close()
            try FileManager.default.moveItem(
                atPath: path + "/identity", toPath: path + "/identity.damaged")
            #expect(try mended(path)?.cluster == ClusterID(0xc1))
        }
    }

    @Test func aDirectoryThatCannotBeMade() throws {
        try withDirectory { path in
            #expect(refusal(path + "/none/there")?.description.contains("No such file") == true)
        }
    }

    @Test func aNewLifeKeepsTheOldLog() throws {
        try withDirectory { path in
            try establish(path)
            let directory = try DataDirectory(path, expecting: nil)
            var identity = try #require(directory.identity)
            identity.cluster = ClusterID(3)
            try directory.setIdentity(identity)
            try directory.noteLog()
            _ = FileManager.default.createFile(
                atPath: path + "/log/0000000000000001.log", contents: Data(count: 10))
            try FileManager.default.createDirectory(
                atPath: path + "/base", withIntermediateDirectories: false)
            _ = FileManager.default.createFile(atPath: path + "/base/current", contents: nil)
            #expect(try directory.endOfLife == nil)
            try directory.endLife(because: "it was copied")
            #expect(try directory.endOfLife == "it was copied")
            try directory.beginLife(Incarnation(77))
            #expect(try directory.endOfLife == nil)
            #expect(directory.identity?.incarnation == Incarnation(77))
            #expect(directory.identity?.hasLog == false)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/log").isEmpty)
            let kept = path + "/life.0000000000000009/log/0000000000000001.log"
            #expect(FileManager.default.fileExists(atPath: kept))
            // Once more, as after a crash on the way.
            try directory.endLife(because: "again")
            try directory.beginLife(Incarnation(78))
            #expect(directory.identity?.incarnation == Incarnation(78))
            #expect(FileManager.default.fileExists(atPath: kept))
            // All in the base was decided: it stays with the member.
            #expect(FileManager.default.fileExists(atPath: path + "/base/current"))
            #expect(DataDirectory.hasEarlierLives(in: path))
            try DataDirectory.removeEarlierLives(in: path)
            #expect(!DataDirectory.hasEarlierLives(in: path))
            let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            #expect(names == ["LOCK", "base", "identity", "log"])
        }
    }

    @Test func aRemovedMemberIsRemembered() throws {
        try withDirectory { path in
            try establish(path)
            let directory = try DataDirectory(path, expecting: nil)
            #expect(try directory.removal == nil)
            try directory.noteRemoval("slot 7")
            directory.close()
            let again = try DataDirectory(path, expecting: nil)
            #expect(try again.removal == "slot 7")
            try again.forgetRemoval()
            #expect(try again.removal == nil)
        }
    }
}
