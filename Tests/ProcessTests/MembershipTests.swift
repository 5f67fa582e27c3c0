import Foundation
import Histories
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Members come and go by etcdctl's orders and ours, while clients work.
    @Suite(.serialized) struct MembershipTests {
        @Test(.timeLimit(.minutes(3)))
        func membersComeAndGoUnderLoad() async throws {
            try await withNodes(founders: 3, all: 5) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let run = clients.run(putters: 6, appenders: 4)
                defer { clients.stop() }
                let leader = try await cluster.leader()
                let other = try #require(cluster.nodes[..<3].first { $0 !== leader })
                let joiners = Array(cluster.nodes[3...])
                // etcdctl asks a follower, synod any node.
                let texts = [
                    try await ok(
                        Tool.etcdctl(
                            "\(other.endpoint)", "member", "add", joiners[0].name,
                            "--peer-urls=\(joiners[0].peerURL)")),
                    try await ok(
                        Tool.synod(
                            "member", "add", joiners[1].name, "--peer-urls", joiners[1].peerURL,
                            "--endpoints", cluster.endpointList)),
                ]
                for (joiner, text) in zip(joiners, texts) {
                    try joiner.start(joiner.arguments(joiningBy: text))
                    try await voteIsGiven(to: joiner, cluster)
                }
                try await cluster.waitUntilAllAnswer()
                try await clients.waitForWrites(300)
                for (node, tool) in [(other, "etcdctl"), (leader, "synod")] {
                    let id = try await id(of: node, cluster)
                    let at = joiners[0].endpoint.description
                    let lines = try await ok(
                        tool == "synod"
                            ? Tool.synod("member", "remove", id, "--endpoints", at)
                            : Tool.etcdctl(at, "member", "remove", id))
                    #expect(
                        lines.first?.contains("Member \(padded(id)) removed from cluster") == true)
                    try await ends(node)
                }
                try await clients.waitForWrites(300)
                clients.stop()
                let record = try await run
                let left = cluster.nodes.filter(\.isRunning)
                #expect(left.count == 3)
                try await expectGood(record, left, cluster)
                try await refusesToStart(other, cluster)
                try await restart(left, texts, cluster)
            }
        }

        /// Who was removed ends by itself, and not with a failure: nothing is left to be done.
        private func ends(_ node: TestNode) async throws {
            try await node.waitForEnd()
            #expect(node.end == .exited(0))
            #expect(node.logText.contains("was removed from its cluster for good"))
        }

        /// Who is started again after it was removed says that it was.
        private func refusesToStart(_ node: TestNode, _ cluster: TestCluster) async throws {
            try node.start(node.arguments(Array(cluster.nodes[..<3]), token: cluster.token))
            try await node.waitForEnd()
            #expect(node.end == .exited(78))
            #expect(node.logText.contains("has been permanently removed from the cluster"))
        }

        /// A node that was away while it was removed hears so when it comes back: it takes itself for a member, and the
        /// leader answers its heartbeats.
        @Test(.timeLimit(.minutes(2)))
        func whoWasRemovedInItsSleepEndsWhenItWakes() async throws {
            try await withNodes(founders: 3, all: 3) { cluster in
                let sleeper = cluster.nodes[2]
                let sleeperID = try await id(of: sleeper, cluster)
                let client = try cluster.client(of: cluster.nodes[0])
                defer { client.close() }
                try await client.put("before", "x")
                try await sleeper.stop(SIGKILL)
                _ = try await ok(
                    Tool.synod(
                        "member", "remove", sleeperID, "--endpoints",
                        cluster.nodes[0].endpoint.description))
                try await client.put("while it slept", "x")
                try sleeper.start(sleeper.arguments(cluster.nodes, token: cluster.token))
                try await ends(sleeper)
                try await refusesToStart(sleeper, cluster)
                try await client.put("after", "x")
            }
        }

        /// A node is removed in its sleep, and all that it knows are replaced, at their addresses, and end. Whoever lives
        /// there now tells it that it may end.
        @Test(.timeLimit(.minutes(2)))
        func whoWasRemovedHearsOfItFromTheHeirsOfAllThatItKnew() async throws {
            let directory = try Places.temporaryDirectory()
            let founders = (0..<3).map { TestNode(name: "n\($0)", directory: directory) }
            let heirs = founders[..<2].enumerated().map { place, founder in
                TestNode(
                    name: "n\(3 + place)", directory: directory, peerPort: founder.peerPort)
            }
            try await withNodes(founders + heirs, founders: 3, in: directory) { cluster in
                let sleeper = founders[2]
                let id = try await id(of: sleeper, cluster)
                try await sleeper.stop(SIGKILL)
                _ = try await ok(
                    Tool.synod(
                        "member", "remove", id, "--endpoints", founders[0].endpoint.description))
                for (old, new) in zip(founders, heirs) {
                    let id = try await self.id(of: old, cluster)
                    let text = try await ok(
                        Tool.synod(
                            "member", "replace", id, new.name, "--peer-urls", new.peerURL,
                            "--endpoints", old.endpoint.description))
                    try await old.stop(SIGTERM)
                    try new.start(new.arguments(joiningBy: text))
                    try await voteIsGiven(to: new, cluster)
                }
                try sleeper.start(sleeper.arguments(founders, token: cluster.token))
                try await ends(sleeper)
                try await refusesToStart(sleeper, cluster)
            }
        }

        /// A node sleeps while all others are replaced. It knows none of those that are there when it comes back.
        @Test(.timeLimit(.minutes(2)))
        func aSleeperFindsMembersThatItDoesNotKnow() async throws {
            try await withNodes(founders: 4, all: 7) { cluster in
                let sleeper = cluster.nodes[0]
                let client = try cluster.client()
                defer { client.close() }
                try await client.put("before", "x")
                try await sleeper.stop(SIGKILL)
                for (old, new) in zip(cluster.nodes[1..<4], cluster.nodes[4...]) {
                    let id = try await id(of: old, cluster)
                    let text = try await ok(
                        Tool.synod(
                            "member", "replace", id, new.name, "--peer-urls", new.peerURL,
                            "--endpoints", cluster.endpointList))
                    try new.start(new.arguments(joiningBy: text))
                    try await voteIsGiven(to: new, cluster)
                    try await old.stop(SIGTERM)
                }
                try await client.put("while it slept", "x")
                try sleeper.start(
                    sleeper.arguments(Array(cluster.nodes[..<4]), token: cluster.token))
                try await cluster.waitUntilAnswers(sleeper)
                // Its vote is needed now.
                try await cluster.nodes[4].stop(SIGKILL)
                try await cluster.waitUntilAnswers(sleeper)
                let awake = try cluster.client(of: sleeper)
                defer { awake.close() }
                #expect(try await awake.get("while it slept")?.valueText == "x")
                try await awake.put("awake", "x")
            }
        }

        /// All nodes start again as their unit files say; then one founder is not needed any more.
        private func restart(
            _ left: [TestNode], _ texts: [[String]], _ cluster: TestCluster
        ) async throws {
            for node in left { try await node.stop(SIGTERM) }
            let joiners = cluster.nodes[3...]
            for (joiner, text) in zip(joiners, texts) {
                try joiner.start(joiner.arguments(joiningBy: text))
            }
            let founder = try #require(left.first { node in !joiners.contains { $0 === node } })
            try founder.start(founder.arguments(Array(cluster.nodes[..<3]), token: cluster.token))
            try await cluster.waitUntilAllAnswer()
            #expect(try await members(cluster).count == 3)
            try await founder.stop(SIGKILL)
            for joiner in joiners { try await cluster.waitUntilAnswers(joiner) }
            let client = try cluster.client(of: joiners[3])
            defer { client.close() }
            try await client.put("on", "x")
        }

        @Test(.timeLimit(.minutes(2)))
        func aLearnerWaitsAndAMemberMoves() async throws {
            try await withNodes(founders: 3, all: 5) { cluster in
                let at = cluster.nodes[0].endpoint.description
                let learner = cluster.nodes[3]
                let text = try await ok(
                    Tool.etcdctl(
                        at, "member", "add", learner.name, "--peer-urls=\(learner.peerURL)",
                        "--learner"))
                let id = try await id(ofPeerURL: learner.peerURL, cluster)
                // Debian's etcdctl asks a node for the list that it has, which may be behind.
                let unstarted = "\(id), unstarted, , \(learner.peerURL), , true"
                try await wait("the learner in the list") {
                    try await ok(Tool.etcdctl(at, "member", "list")).contains(unstarted)
                }
                let early = try await Tool.etcdctl(at, "member", "promote", id)
                #expect(early.status != 0 && early.output.contains("in sync with leader"))
                try learner.start(learner.arguments(joiningBy: text))
                try await wait("the promotion of a learner that has caught up") {
                    try await Tool.etcdctl(at, "member", "promote", id).status == 0
                }
                try await cluster.waitUntilAnswers(learner)
                let line =
                    "\(id), started, \(learner.name), \(learner.peerURL), \(learner.url), false"
                for node in cluster.nodes where node.isRunning {
                    let endpoint = node.endpoint.description
                    #expect(
                        try await ok(Tool.synod("member", "list", "--endpoints", endpoint))
                            .contains(line))
                    try await wait("the member in the list of \(node.name)") {
                        try await ok(Tool.etcdctl(endpoint, "member", "list")).contains(line)
                    }
                }
                try await move(learner, text, id, cluster)
                try await replace(learner, id, cluster)
            }
        }

        /// The member is told to the others at another URL, and started there.
        private func move(
            _ node: TestNode, _ text: [String], _ id: String, _ cluster: TestCluster
        ) async throws {
            let at = cluster.nodes[1].endpoint.description
            let url = "http://127.0.0.1:\(Places.freePorts(1)[0])"
            _ = try await ok(Tool.etcdctl(at, "member", "update", id, "--peer-urls=\(url)"))
            try await node.stop(SIGKILL)
            let words = node.arguments(joiningBy: text).map {
                $0.replacingOccurrences(of: node.peerURL, with: url)
            }
            try node.start(words)
            try await cluster.waitUntilAnswers(node)
            let shown = try await members(cluster).first { $0.name == node.name }
            #expect(shown?.peerURLs == [url])
        }

        /// A dead member's place goes to another one, in one order; nobody is added while one is down.
        private func replace(
            _ old: TestNode, _ id: String, _ cluster: TestCluster
        ) async throws {
            let new = cluster.nodes[4]
            try await old.stop(SIGKILL)
            let endpoints = cluster.nodes[..<3].map(\.endpoint.description).joined(separator: ",")
            try await wait("the others to miss it") {
                let added = try await Tool.synod(
                    "member", "add", "x", "--peer-urls", new.peerURL, "--endpoints", endpoints)
                guard added.status == 0 else {
                    return added.output.contains("etcdserver: unhealthy cluster")
                }
                let id = try await self.id(ofPeerURL: new.peerURL, cluster)
                _ = try await ok(
                    Tool.synod("member", "remove", id, "--endpoints", endpoints))
                return false
            }
            let text = try await ok(
                Tool.synod(
                    "member", "replace", id, new.name, "--peer-urls", new.peerURL, "--endpoints",
                    endpoints))
            #expect(text.first?.contains("Member \(padded(id)) removed from cluster") == true)
            try new.start(new.arguments(joiningBy: text))
            try await voteIsGiven(to: new, cluster)
            let names = try await members(cluster).map(\.name).sorted()
            #expect(names == cluster.nodes.filter { $0 !== old }.map(\.name).sorted())
        }

        @Test(.timeLimit(.minutes(1)))
        func nobodyJoinsWithoutASeat() async throws {
            try await withNodes(founders: 1, all: 2) { cluster in
                let (member, stranger) = (cluster.nodes[0], cluster.nodes[1])
                try stranger.start(
                    stranger.arguments(cluster.nodes, token: cluster.token)
                        + ["--initial-cluster-state", "existing"])
                try await stranger.waitForEnd()
                #expect(stranger.logText.contains("add it first"))
                let json = try await Tool.synod(
                    "member", "list", "--output", "json", "--endpoints", "\(member.endpoint)")
                #expect(json.output.contains(#""peerURLs":["\#(member.peerURL)"]"#))
                let wrong = try await Tool.synod(
                    "member", "remove", "5", "--endpoints", "\(member.endpoint)")
                #expect(wrong.status == 1 && wrong.output.contains("etcdserver: member not found"))
                #expect(try await Tool.synod("member", "remove", "xyz").status == 2)
                #expect(try await Tool.synod("member", "add", "a").status == 2)
            }
        }

        // MARK: Helpers

        private func withNodes(
            founders: Int, all: Int, _ body: (TestCluster) async throws -> Void
        ) async throws {
            let directory = try Places.temporaryDirectory()
            let nodes = (0..<all).map { TestNode(name: "n\($0)", directory: directory) }
            try await withNodes(nodes, founders: founders, in: directory, body)
        }

        private func withNodes(
            _ nodes: [TestNode], founders: Int, in directory: String,
            _ body: (TestCluster) async throws -> Void
        ) async throws {
            let cluster = TestCluster(nodes: nodes, directory: directory)
            do {
                for node in nodes[..<founders] {
                    try node.start(
                        node.arguments(Array(nodes[..<founders]), token: cluster.token))
                }
                try await cluster.waitUntilAllAnswer()
                try await body(cluster)
            } catch {
                cluster.recordLogs(after: error)
                await cluster.end()
                throw error
            }
            await cluster.end()
        }

        private func ok(_ result: Tool.Result) throws -> [String] {
            #expect(result.status == 0, "\(result.output)")
            return result.lines
        }

        private func members(_ cluster: TestCluster) async throws -> [Member] {
            let client = try cluster.client()
            defer { client.close() }
            return try await client.members().members
        }

        /// As the tools write it.
        private func id(of node: TestNode, _ cluster: TestCluster) async throws -> String {
            let member = try await members(cluster).first { $0.name == node.name }
            return Hexadecimal.id(try #require(member?.id))
        }

        private func id(ofPeerURL url: String, _ cluster: TestCluster) async throws -> String {
            let member = try await members(cluster).first { $0.peerURLs == [url] }
            return Hexadecimal.id(try #require(member?.id))
        }

        private func padded(_ id: String) -> String {
            String(repeating: " ", count: 16 - id.count) + id
        }

        /// Some leader has said so.
        private func voteIsGiven(to node: TestNode, _ cluster: TestCluster) async throws {
            try await wait("the vote of \(node.name)") {
                cluster.nodes.contains {
                    $0.logText.contains("votes from now on member=\(node.name) ")
                }
            }
        }

        /// Nothing that was acknowledged is missing at any node that is left, and no answer was wrong.
        private func expectGood(
            _ record: ChaosClients.Record, _ left: [TestNode], _ cluster: TestCluster
        ) async throws {
            try await cluster.waitUntilAllAnswer()
            var configuration = ClientConfiguration()
            configuration.requestTimeoutMilliseconds = 10_000
            let client = try Client(
                endpoints: left.map(\.endpoint), configuration: configuration)
            defer { client.close() }
            let (views, failures) = try await TortureViews(
                client: client, prefix: Array("chaos/".utf8)
            ).take()
            #expect(failures.isEmpty)
            let history = History(operations: record.operations, views: views)
            let report = HistoryCheck.run(history)
            let lines = CounterExample.lines(report, history).joined(separator: "\n")
            #expect(report.verdict == .ok, "\(lines)")
            let unknown = record.operations.count { $0.ending == .unknown }
            print(
                "members: \(record.acknowledged) acknowledged, \(unknown) unknown of",
                "\(record.operations.count) operations")
        }
    }
}
