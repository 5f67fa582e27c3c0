import Foundation
import Histories
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Data directories are lost and damaged, and nobody does anything about it (P5, P7).
    @Suite(.serialized) struct ReadmissionTests {
        @Test(.timeLimit(.minutes(3)))
        func wipedNodesComeBackAndVote() async throws {
            try await TestCluster.with(3) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let run = clients.run(putters: 4, appenders: 2)
                defer { clients.stop() }
                try await clients.waitForWrites(300)
                // A follower, and then whoever leads.
                let leader = try await cluster.leader()
                let follower = try #require(cluster.nodes.first { $0 !== leader })
                let third = try #require(
                    cluster.nodes.first { $0 !== leader && $0 !== follower })
                for node in [follower, leader] {
                    try await node.stop(SIGKILL)
                    try FileManager.default.removeItem(atPath: node.dataDirectory)
                    try cluster.start(node)
                    try await voteIsGiven(to: node, cluster)
                    try await cluster.waitUntilAnswers(node)
                }
                // Both votes are needed now.
                try await third.stop(SIGKILL)
                try await clients.waitForWrites(300)
                clients.stop()
                let record = try await run
                try cluster.start(third)
                try await cluster.waitUntilAllAnswer()
                try await expectNothingLost(record, cluster)
            }
        }

        /// Nobody starts the process again.
        @Test(.timeLimit(.minutes(3)))
        func aDirectoryIsRemovedUnderALivingNode() async throws {
            let options = ["--segment-bytes", "\(1 << 20)"]
            try await TestCluster.with(3, options: options) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let run = clients.run(putters: 4, appenders: 2)
                defer { clients.stop() }
                try await clients.waitForWrites(300)
                let leader = try await cluster.leader()
                let node = try #require(cluster.nodes.first { $0 !== leader })
                let third = try #require(cluster.nodes.first { $0 !== leader && $0 !== node })
                // A file that is made meanwhile is in the way.
                try await wait("the end of the directory") {
                    try await Tool.run("/bin/rm", ["-rf", node.dataDirectory]).status == 0
                }
                let client = try cluster.client()
                defer { client.close() }
                try await wait("the vote of \(node.name)") {
                    // What it has open can be written to: it meets what is gone with its next file.
                    _ = try? await client.put("filler", String(repeating: "x", count: 64 << 10))
                    return hasVote(node, cluster)
                }
                #expect(node.logText.contains("the data directory was removed"))
                #expect(node.isRunning)
                try await cluster.waitUntilAnswers(node)
                try await third.stop(SIGKILL)
                try await clients.waitForWrites(300)
                clients.stop()
                let record = try await run
                try cluster.start(third)
                try await cluster.waitUntilAllAnswer()
                try await expectNothingLost(record, cluster)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func aDamagedLogIsNoReasonToCallAnybody() async throws {
            try await TestCluster.with(3) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<100 { try await client.put("k\(number)", "v") }
                let node = cluster.nodes[1]
                // A backup flushes the base.
                let saved = try await Tool.synod(
                    "snapshot", "save", "\(node.dataDirectory).backup", "--endpoints",
                    "\(node.endpoint)")
                #expect(saved.status == 0, "\(saved.output)")
                try await node.stop(SIGTERM)
                try damage(node)
                // If the operator wants to decide, the process ends.
                let words = node.arguments(cluster.nodes, token: cluster.token)
                try node.start(words + ["--readmission", "manual"])
                try await node.waitForEnd()
                #expect(node.logText.contains("is damaged at byte"))
                try cluster.start(node)
                try await voteIsGiven(to: node, cluster)
                try await cluster.waitUntilAnswers(node)
                #expect(node.logText.contains("begins another life"))
                let recovered = node.logText.split(separator: "\n").last {
                    $0.contains("recovered slots=")
                }
                #expect(recovered?.contains("slots=0 ") == false)
                // What was decided is not fetched again, and nothing of the old life stays.
                try await wait("the end of what the old life left") {
                    let names = try FileManager.default.contentsOfDirectory(
                        atPath: node.dataDirectory)
                    #expect(!names.contains("ended"))
                    return !names.contains { $0.hasPrefix("life.") }
                }
                try await voteCounts(of: node, cluster)
            }
        }

        /// Without its identity the log cannot be read; whose it was, its segments say.
        @Test(.timeLimit(.minutes(2)))
        func aDamagedIdentityIsNoReasonToCallAnybody() async throws {
            try await TestCluster.with(3) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<100 { try await client.put("k\(number)", "v") }
                let node = cluster.nodes[1]
                try await node.stop(SIGKILL)
                let identity = "\(node.dataDirectory)/identity"
                try Data(repeating: 7, count: 60).write(to: URL(fileURLWithPath: identity))
                let words = node.arguments(cluster.nodes, token: cluster.token)
                try node.start(words + ["--readmission", "manual"])
                try await node.waitForEnd()
                #expect(node.end?.description == "exited with status 78")
                #expect(node.logText.contains("remove the directory and start again"))
                try cluster.start(node)
                try await voteIsGiven(to: node, cluster)
                try await cluster.waitUntilAnswers(node)
                try await voteCounts(of: node, cluster)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func aNewClusterIsMadeOfOneSurvivor() async throws {
            try await TestCluster.with(3) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<100 { try await client.put("k\(number)", "v") }
                let (survivor, other) = (cluster.nodes[0], cluster.nodes[1])
                let words = ["recover", "--data-dir", survivor.dataDirectory]
                let early = try await Tool.run(Places.synod, words + ["--yes"])
                #expect(early.status == 78 && early.output.contains("in use"))
                for node in cluster.nodes { try await node.stop(SIGKILL) }
                for node in cluster.nodes[1...] {
                    try FileManager.default.removeItem(atPath: node.dataDirectory)
                }
                let before = try self.base(of: survivor)
                let asked = try await Tool.run(Places.synod, words)
                #expect(asked.status == 0 && asked.output.contains("nothing was changed"))
                #expect(try self.base(of: survivor) == before)
                let done = try await Tool.run(Places.synod, words + ["--yes"])
                #expect(done.status == 0 && done.output.contains("only member"), "\(done.output)")
                try cluster.start(survivor)
                try await cluster.waitUntilAnswers(survivor)
                let alone = try cluster.client(of: survivor)
                defer { alone.close() }
                for number in 0..<100 {
                    #expect(try await alone.get("k\(number)")?.valueText == "v")
                }
                try await alone.put("in the new cluster", "x")
                let added = try await Tool.synod(
                    "member", "add", other.name, "--peer-urls", other.peerURL, "--endpoints",
                    "\(survivor.endpoint)")
                try other.start(other.arguments(joiningBy: added.lines))
                try await voteIsGiven(to: other, cluster)
                try await cluster.waitUntilAnswers(other)
                #expect(try await cluster.readAll(other, prefix: "k").count == 100)
                try await survivor.stop(SIGKILL)
                try cluster.start(survivor)
                try await cluster.waitUntilAnswers(survivor)
            }
        }

        // MARK: Helpers

        /// Each file of the node's base, with its bytes.
        private func base(of node: TestNode) throws -> [String: Data] {
            let path = "\(node.dataDirectory)/base"
            let names = try FileManager.default.subpathsOfDirectory(atPath: path)
            return Dictionary(
                uniqueKeysWithValues: names.map {
                    ($0, FileManager.default.contents(atPath: "\(path)/\($0)") ?? Data())
                })
        }

        /// In the middle of what is written, with good batches behind it.
        private func damage(_ node: TestNode) throws {
            let folder = "\(node.dataDirectory)/log"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            let path = "\(folder)/\(try #require(names.first { $0.hasSuffix(".log") }))"
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            let end = try #require(bytes.lastIndex { $0 != 0 })
            for index in end / 2..<end / 2 + 16 { bytes[index] ^= 0x5a }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }

        /// Without another node it and the third are the majority: writes need its vote.
        private func voteCounts(of node: TestNode, _ cluster: TestCluster) async throws {
            try await cluster.nodes[0].stop(SIGKILL)
            let own = try cluster.client(of: node)
            defer { own.close() }
            #expect(try await own.get("k99")?.valueText == "v")
            try await own.put("with its vote", "x")
        }

        /// Some leader has said so.
        private func voteIsGiven(to node: TestNode, _ cluster: TestCluster) async throws {
            try await wait("the vote of \(node.name)") { hasVote(node, cluster) }
        }

        private func hasVote(_ node: TestNode, _ cluster: TestCluster) -> Bool {
            cluster.nodes.contains {
                $0.logText.contains("votes from now on member=\(node.name) ")
            }
        }

        private func expectNothingLost(
            _ record: ChaosClients.Record, _ cluster: TestCluster
        ) async throws {
            let client = try cluster.client(timeoutMilliseconds: 10_000)
            defer { client.close() }
            let (views, failures) = try await TortureViews(
                client: client, prefix: Array("chaos/".utf8)
            ).take()
            #expect(failures.isEmpty)
            let history = History(operations: record.operations, views: views)
            #expect(HistoryCheck.run(history).verdict != .violated)
        }
    }
}
