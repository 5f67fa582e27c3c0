import Foundation
import Paxos
import Testing
import WriteAheadLog

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

    @Test func aDirectoryThatCannotBeMade() throws {
        try withDirectory { path in
            #expect(refusal(path + "/none/there")?.description.contains("No such file") == true)
        }
    }

    @Test func aNewLifeKeepsTheOldLog() throws {
        try withDirectory { path in
            try establish(path)
            let directory = try DataDirectory(path, expecting: nil)
            try directory.noteLog()
            _ = FileManager.default.createFile(
                atPath: path + "/log/0000000000000001.log", contents: Data(count: 10))
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
        }
    }
}
