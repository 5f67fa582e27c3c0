import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Data directories and backups that earlier versions wrote, as `scripts/make-golden-files` keeps them: this version
    /// reads them, and goes on where they end.
    @Suite(.serialized) struct GoldenTests {
        private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Golden").standardized.path
        /// Of the first value of the last key, and of the second one.
        private static let (oldRevision, newRevision): (Int64, Int64) = (101, 201)

        private static let directories = files("-directory.tar.gz")
        private static let backups = files("-backup.gz")

        private static func files(_ end: String) -> [String] {
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
            return (names ?? []).filter { $0.hasSuffix(end) }.sorted()
        }

        @Test func thereIsOneOfEachVersion() {
            #expect(!Self.directories.isEmpty)
            #expect(Self.directories.count == Self.backups.count)
        }

        /// It was killed when its log had more than its base.
        @Test(.timeLimit(.minutes(1)), arguments: directories)
        func aDirectoryOfAnEarlierVersionServes(name: String) async throws {
            let cluster = try Self.cluster()
            try await Self.unpack("tar -xzf '\(Self.folder)/\(name)' -C '\(cluster.directory)'")
            try await TestCluster.with(cluster) { cluster in
                try await expectState(of: cluster, hasTail: true)
                // What this version made of it, it finds again.
                let client = try cluster.client()
                defer { client.close() }
                let put = try await client.put("after", "the start")
                #expect(put.info.revision == Self.newRevision + 13)
                try await cluster.nodes[0].stop(SIGKILL)
                try cluster.startAll()
                try await cluster.waitUntilAllAnswer()
                try await expectState(of: cluster, hasTail: true)
                #expect(try await client.get("after")?.valueText == "the start")
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: backups)
        func aBackupOfAnEarlierVersionIsRestored(name: String) async throws {
            let cluster = try Self.cluster()
            let file = cluster.directory + "/backup"
            try await Self.unpack("gzip -dc '\(Self.folder)/\(name)' >'\(file)'")
            let node = cluster.nodes[0]
            let restored = try await Tool.synod(
                "snapshot", "restore", file, "--name", node.name, "--data-dir", node.dataDirectory,
                "--initial-advertise-peer-urls", node.peerURL, "--initial-cluster",
                "\(node.name)=\(node.peerURL)", "--initial-cluster-token", cluster.token)
            #expect(restored.status == 0, "\(restored.output)")
            try await TestCluster.with(cluster) { cluster in
                try await expectState(of: cluster, hasTail: false)
            }
        }

        // MARK: What is in them

        /// - Parameter hasTail: with what was put last, and nothing compacted.
        private func expectState(of cluster: TestCluster, hasTail: Bool) async throws {
            let client = try cluster.client()
            defer { client.close() }
            let newest = try await values(client, at: 0)
            for number in 1...100 {
                let wanted: String? =
                    switch number {
                    case 1...10 where hasTail: "newest value of \(number)"
                    case 100 where hasTail: nil
                    default: "new value of \(number)"
                    }
                #expect(newest["key/\(number)"] == wanted)
            }
            if hasTail {
                for (age, revision) in [("old", Self.oldRevision), ("new", Self.newRevision)] {
                    let values = try await values(client, at: revision)
                    #expect(values.count == 100)
                    #expect(values.allSatisfy { $1 == "\(age) value of \($0.dropFirst(4))" })
                }
            }
            let first = try #require(try await client.get("key/50"))
            #expect(first.version == 2 && first.createRevision == 51 && first.modRevision == 151)
            let bound = try #require(try await client.get("of a lease"))
            #expect(bound.valueText == "kept")
            let lease = try await client.lease(bound.lease, includesKeys: true)
            #expect(lease.keys == [bound.key] && lease.grantedSeconds == 1_000_000_000)
            #expect(try await client.users() == ["reader"])
        }

        private func values(_ client: Client, at revision: Int64) async throws -> [String: String] {
            var options = GetOptions()
            options.revision = revision
            let found = try await client.get(.prefix(Array("key/".utf8)), options)
            return Dictionary(uniqueKeysWithValues: found.pairs.map { ($0.keyText, $0.valueText) })
        }

        // MARK: Where they lie

        private static func cluster() throws -> TestCluster {
            let directory = try Places.temporaryDirectory()
            return TestCluster(
                nodes: [TestNode(name: "golden", directory: directory)], directory: directory,
                token: "golden")
        }

        private static func unpack(_ command: String) async throws {
            let result = try await Tool.run("/bin/sh", ["-c", command])
            #expect(result.status == 0, "\(result.output)")
        }
    }
}
