import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Backups of a live cluster, and new clusters that are made of them.
    @Suite(.serialized) struct BackupTests {
        private static let keyCount = 2_000

        @Test(.timeLimit(.minutes(4)))
        func aClusterIsMadeAnewOfABackup() async throws {
            let directory = try Places.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let file = directory + "/backup"
            let revision = try await takeBackups(file)
            try await refusals(file, directory)
            let nodes = (0..<3).map { TestNode(name: "r\($0)", directory: directory) }
            let cluster = TestCluster(nodes: nodes, directory: directory)
            for node in nodes { try await restore(file, node, cluster) }
            try await TestCluster.with(cluster) { cluster in
                try await expectContent(cluster, after: revision)
                // What was restored does not hang on the first start.
                for node in cluster.nodes { try await node.stop(SIGKILL) }
                try cluster.startAll()
                try await cluster.waitUntilAllAnswer()
                try await expectContent(cluster, after: revision)
                try await restoreAgain(file, cluster)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func aNodeWithoutABaseSaysSo() async throws {
            try await TestCluster.with(1, options: ["--storage", "memory"]) { cluster in
                let file = cluster.directory + "/backup"
                let result = try await Tool.synod(
                    "snapshot", "save", file, "--endpoints", cluster.endpointList)
                #expect(result.status == 1)
                #expect(result.output.contains("keeps everything in memory"))
                #expect(!FileManager.default.fileExists(atPath: file))
                #expect(!FileManager.default.fileExists(atPath: file + ".part"))
            }
        }

        /// The last step rewrites the tables: without it the old cluster would be what was restored.
        @Test(.timeLimit(.minutes(1)), arguments: ["create ENOSPC", "write ENOSPC"])
        func aRestoreThatLacksRoomAtTheEndSaysSo(fault: String) async throws {
            let directory = try Places.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let file = directory + "/backup"
            try await TestCluster.with(1) { cluster in
                try await write(cluster)
                let saved = try await Tool.synod(
                    "snapshot", "save", file, "--endpoints", cluster.endpointList)
                #expect(saved.status == 0, "\(saved.output)")
            }
            let disk = try await FaultyDisk(directory: directory, name: "r")
            try disk.order("\(fault) from=1 .run")
            let target = directory + "/r/data"
            try FileManager.default.createDirectory(
                atPath: directory + "/r", withIntermediateDirectories: true)
            let result = try await Tool.run(
                "/usr/bin/env",
                disk.prefix.dropFirst() + [
                    Places.synod, "snapshot", "restore", file, "--name", "n", "--data-dir", target,
                    "--initial-advertise-peer-urls", "http://n:2380", "--initial-cluster",
                    "n=http://n:2380",
                ])
            #expect(!disk.report.isEmpty)
            #expect(result.status == 1)
            #expect(result.output.contains("no room"), "\(result.output)")
            #expect(!FileManager.default.fileExists(atPath: target))
            #expect(!FileManager.default.fileExists(atPath: target + ".restoring"))
        }

        /// Writes, and takes backups in both ways; the revision that they hold.
        private func takeBackups(_ file: String) async throws -> Int64 {
            var revision: Int64 = 0
            try await TestCluster.with(3) { cluster in
                try await write(cluster)
                let client = try cluster.client()
                defer { client.close() }
                revision = try await client.put("last", "before").info.revision
                let follower = cluster.endpoints[1].description
                // What this node has not seen yet is not in a backup of it.
                try await cluster.waitUntilAnswers(cluster.nodes[1])
                let ours = try await Tool.synod(
                    "snapshot", "save", file, "--endpoints", follower)
                #expect(ours.status == 0, "\(ours.output)")
                let theirs = try await Tool.etcdctl(follower, "snapshot", "save", file + ".etcd")
                #expect(theirs.status == 0, "\(theirs.output)")
                let lines = try await Tool.curl(
                    cluster.nodes[1].url + "/v3/maintenance/snapshot", "-d", "{}"
                ).lines
                #expect(lines.count > 2)
                #expect(lines.allSatisfy { $0.hasPrefix(#"{"result":{"#) })
                // The digest comes last, behind the last piece: nothing remains then, and a zero is left out.
                #expect(lines.dropLast(2).allSatisfy { $0.contains(#""remaining_bytes":""#) })
                #expect(lines.last?.contains(#""remaining_bytes""#) == false)
                _ = try await client.put("last", "after")
                for name in [file, file + ".etcd"] {
                    let status = try await Tool.synod("snapshot", "status", name)
                    #expect(status.status == 0, "\(status.output)")
                    let words = status.output.split(separator: ", ")
                    #expect(words.count == 4)
                    #expect(words[1] == "\(revision)")
                    #expect(words[2] == "\(Self.keyCount + 1)")
                }
                let json = try await Tool.synod("snapshot", "status", file, "--output", "json")
                #expect(json.output.contains("\"revision\":\(revision),\"totalKey\":2001,"))
            }
            return revision
        }

        private func write(_ cluster: TestCluster) async throws {
            let client = try cluster.client()
            defer { client.close() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<20 {
                    group.addTask {
                        for number in stride(from: worker, to: Self.keyCount, by: 20) {
                            try await client.put("k\(number)", "value \(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        private func restore(
            _ file: String, _ node: TestNode, _ cluster: TestCluster
        ) async throws {
            let result = try await restored(file, node, cluster)
            #expect(result.status == 0, "\(result.output)")
        }

        private func restored(
            _ file: String, _ node: TestNode, _ cluster: TestCluster, name: String? = nil
        ) async throws -> Tool.Result {
            try await Tool.synod(
                "snapshot", "restore", file, "--name", name ?? node.name, "--data-dir",
                node.dataDirectory, "--initial-advertise-peer-urls", node.peerURL,
                "--initial-cluster",
                cluster.nodes.map { "\($0.name)=\($0.peerURL)" }.joined(separator: ","),
                "--initial-cluster-token", cluster.token)
        }

        /// What cannot be restored leaves nothing behind.
        private func refusals(_ file: String, _ directory: String) async throws {
            let node = TestNode(name: "x", directory: directory)
            let cluster = TestCluster(nodes: [node], directory: directory)
            let stranger = try await restored(file, node, cluster, name: "y")
            #expect(stranger.status == 2)
            #expect(stranger.output.contains("couldn't find local name \"y\""))
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: file + ".ill"))
            let ill = try await restored(file + ".ill", node, cluster)
            #expect(ill.status == 1)
            #expect(ill.output.contains("it is damaged"))
            #expect(try await Tool.synod("snapshot", "status", file + ".ill").status == 1)
            #expect(!FileManager.default.fileExists(atPath: node.dataDirectory))
            try FileManager.default.createDirectory(
                atPath: node.dataDirectory + "/log", withIntermediateDirectories: true)
            let full = try await restored(file, node, cluster)
            #expect(full.status == 1)
            #expect(full.output.contains("is not empty"))
        }

        private func expectContent(_ cluster: TestCluster, after old: Int64) async throws {
            for node in cluster.nodes {
                let pairs = try await cluster.readAll(node, prefix: "k")
                #expect(pairs.count == Self.keyCount)
                let wrong = pairs.filter { pair in
                    let number = String(decoding: pair.key.dropFirst(), as: UTF8.self)
                    return pair.value != Array("value \(number)".utf8)
                }
                #expect(wrong.isEmpty)
            }
            let client = try cluster.client()
            defer { client.close() }
            #expect(try await client.get("last")?.value == Array("before".utf8))
            let put = try await client.put("new", "value")
            #expect(put.info.revision > old + 1_000_000_000)
            // Neither the backup's revisions nor those that the old cluster has given since can be read.
            for revision in [old, old + 1, old + 999_999_999] {
                var options = GetOptions()
                options.revision = revision
                let error = await #expect(throws: ClientError.self) {
                    try await client.get(.key(Array("k1".utf8)), options)
                }
                #expect(error?.message.contains("has been compacted") == true)
            }
            let list = try await Tool.etcdctl(cluster.endpointList, "member", "list")
            #expect(list.lines.count == 3)
            for node in cluster.nodes {
                #expect(list.output.contains(", started, \(node.name), \(node.peerURL), "))
            }
        }

        /// A member that is restored once more is an old copy of itself: it loses its vote and is admitted anew.
        private func restoreAgain(_ file: String, _ cluster: TestCluster) async throws {
            let node = cluster.nodes[2]
            try await node.stop(SIGKILL)
            try FileManager.default.removeItem(atPath: node.dataDirectory)
            try await restore(file, node, cluster)
            try cluster.start(node)
            try await wait("another life of the directory") {
                node.logText.contains("begins another life")
            }
            try await cluster.waitUntilAnswers(node)
            #expect(try await cluster.readAll(node, prefix: "k").count == Self.keyCount)
        }
    }
}
