import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Copies of data directories, old ones and those of living members: no vote is given twice, nothing is lost, and
    /// the node comes back by itself (P5, P6).
    @Suite(.serialized) struct CopiedDirectoryTests {
        private static let newLife = "begins another life"

        /// It has forgotten what it promised since, and its peers have not.
        @Test(.timeLimit(.minutes(10)))
        func anOldCopyDoesNotVoteAsWhatItWas() async throws {
            try await TestCluster.with(3) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let work = clients.run(putters: 4, appenders: 2)
                defer { clients.stop() }
                for round in 0..<Rounds.count("SYNOD_OLD_COPIES", standard: 1) {
                    try await clients.waitForWrites(200)
                    // Also whoever leads.
                    let node = cluster.nodes[round % 3]
                    try await putOldCopyBack(node, round, cluster, clients)
                }
                clients.stop()
                try await ChaosVerdict.expectGood(try await work, cluster)
            }
        }

        private func putOldCopyBack(
            _ node: TestNode, _ round: Int, _ cluster: TestCluster, _ clients: ChaosClients
        ) async throws {
            let others = cluster.nodes.filter { $0 !== node }
            let old = "\(node.dataDirectory).old"
            try await node.stop(round % 2 == 0 ? SIGKILL : SIGTERM)
            try Self.copy(node.dataDirectory, to: old)
            try cluster.start(node)
            try await cluster.waitUntilAnswers(node)
            try await clients.waitForWrites(200)
            try await node.stop(SIGKILL)
            try FileManager.default.removeItem(atPath: node.dataDirectory)
            try FileManager.default.moveItem(atPath: old, toPath: node.dataDirectory)
            let told = node.logText.count
            // One other node and the copy are a majority only if the copy votes.
            try await others[0].stop(SIGKILL)
            try cluster.start(node)
            let patient = try cluster.client(of: others[1], timeoutMilliseconds: 1_500)
            defer { patient.close() }
            await #expect(throws: ClientError.self) { try await patient.put("never/\(round)", "x") }
            try await wait("another life") { Self.beginsAnew(node, since: told) }
            let votes = Self.votesGiven(to: node, cluster)
            try cluster.start(others[0])
            try await wait("the vote of \(node.name)") {
                Self.votesGiven(to: node, cluster) > votes
            }
            try await cluster.waitUntilAllAnswer()
            // Its vote is needed now.
            try await others[1].stop(SIGKILL)
            try await clients.waitForWrites(200)
            try cluster.start(others[1])
        }

        /// A machine was cloned, and both run: one at the address that the peers know, and one at another, from which it
        /// calls them.
        @Test(.timeLimit(.minutes(10)))
        func twoProcessesOnCopiesAreNeverOneVoter() async throws {
            for round in 0..<Rounds.count("SYNOD_CLONES", standard: 1) {
                try await TestCluster.with(3) { cluster in
                    let node = cluster.nodes[round % 3]
                    let twin = TestNode(name: node.name, directory: "\(cluster.directory)/twin")
                    do {
                        try await clone(node, twin, cluster)
                    } catch {
                        Issue.record("twin: \(Files.tail(twin.log, bytesMax: 3_000))")
                        try await twin.stop(SIGKILL)
                        throw error
                    }
                }
            }
        }

        private func clone(
            _ node: TestNode, _ twin: TestNode, _ cluster: TestCluster
        ) async throws {
            // Clients ask the twin, too.
            let all = TestCluster(nodes: cluster.nodes + [twin], directory: cluster.directory)
            let clients = ChaosClients(cluster: all)
            async let work = clients.run(putters: 4, appenders: 4)
            defer { clients.stop() }
            try await clients.waitForWrites(200)
            try await node.stop(SIGKILL)
            try Self.copy(node.dataDirectory, to: twin.dataDirectory)
            let told = node.logText.count
            let starts = [
                { try cluster.start(node) },
                { try twin.start(Self.arguments(of: twin, for: node, cluster)) },
            ]
            for start in starts.shuffled() { try start() }
            try await wait("another life of one of them") {
                Self.beginsAnew(node, since: told) || Self.beginsAnew(twin, since: 0)
            }
            try await wait("a place for one of them") {
                if await Self.answers(node, cluster) { return true }
                return await Self.answers(twin, cluster)
            }
            try await clients.waitForWrites(200)
            #expect(try Self.incarnation(node) != Self.incarnation(twin))
            let (served, refused) =
                await Self.answers(node, cluster) ? (node, twin) : (twin, node)
            #expect(await !Self.answers(refused, cluster))
            try await voteCounts(of: served, node, cluster, clients)
            #expect(await !Self.answers(refused, cluster))
            // Nobody is alive any more that it would be taken for.
            try await served.stop(SIGKILL)
            try await cluster.waitUntilAnswers(refused)
            try await voteCounts(of: refused, node, cluster, clients)
            print(
                "cloned directory: \(served === node ? "the original" : "the copy") was served,",
                "and the other one when that had ended")
            try await twin.stop(SIGKILL)
            if !node.isRunning { try cluster.start(node) }
            try await cluster.waitUntilAllAnswer()
            clients.stop()
            try await ChaosVerdict.expectGood(try await work, cluster)
            let expected = try await cluster.readAll(cluster.nodes[0], prefix: "chaos/")
            for other in cluster.nodes[1...] {
                #expect(try await cluster.readAll(other, prefix: "chaos/") == expected)
            }
        }

        // MARK: Helpers

        /// Without one of the others, writes need the vote.
        private func voteCounts(
            of voter: TestNode, _ node: TestNode, _ cluster: TestCluster, _ clients: ChaosClients
        ) async throws {
            let client = try cluster.client(of: voter)
            defer { client.close() }
            try await wait("its vote") {
                try await !client.status(voter.endpoint).errors.contains {
                    $0.contains("has no vote")
                }
            }
            let other = try #require(cluster.nodes.first { $0 !== node })
            try await other.stop(SIGKILL)
            try await clients.waitForWrites(200)
            try cluster.start(other)
            try await cluster.waitUntilAnswers(other)
        }

        private static func copy(_ directory: String, to place: String) throws {
            let parent = URL(fileURLWithPath: place).deletingLastPathComponent()
            try FileManager.default.createDirectory(
                at: parent, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: directory, toPath: place)
        }

        /// The words of the original, but for where it listens and what its clients are told.
        private static func arguments(
            of twin: TestNode, for node: TestNode, _ cluster: TestCluster
        ) -> [String] {
            var words = node.arguments(cluster.nodes, token: cluster.token)
            let changes = [
                "--data-dir": twin.dataDirectory, "--listen-client-urls": twin.url,
                "--advertise-client-urls": twin.url, "--listen-peer-urls": twin.peerURL,
            ]
            for place in words.indices.dropLast() {
                if let word = changes[words[place]] { words[place + 1] = word }
            }
            return words
        }

        /// This life of a directory, as its identity says.
        private static func incarnation(_ node: TestNode) throws -> [UInt8] {
            let path = "\(node.dataDirectory)/identity"
            return Array(try Data(contentsOf: URL(fileURLWithPath: path))[30..<38])
        }

        private static func beginsAnew(_ node: TestNode, since told: Int) -> Bool {
            node.logText.dropFirst(told).contains(newLife)
        }

        private static func answers(_ node: TestNode, _ cluster: TestCluster) async -> Bool {
            guard let client = try? cluster.client(of: node, timeoutMilliseconds: 1_000) else {
                return false
            }
            defer { client.close() }
            return (try? await client.get(.key(Array("answers?".utf8)))) != nil
        }

        /// How often a leader said that it has a vote.
        private static func votesGiven(to node: TestNode, _ cluster: TestCluster) -> Int {
            cluster.nodes.map(\.logText).reduce(0) {
                $0 + $1.components(separatedBy: "votes from now on member=\(node.name) ").count - 1
            }
        }
    }
}
