import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// `synod watch` goes on, whatever becomes of nodes, and ends when nobody reads it.
    @Suite(.serialized) struct FollowTests {
        /// A line of the shell that runs until the test ends, and what it printed so far.
        private final class Follower {
            private var child: ChildProcess
            private let log: String

            /// `synod watch` on these nodes, with `rest` behind its words.
            init(_ endpoints: String, _ words: String, rest: String = "") throws {
                log = try Places.temporaryDirectory() + "/out"
                let line = "\(Places.synod) watch --endpoints \(endpoints) \(words) \(rest)"
                child = try Spawner.start("/bin/sh", ["-c", "exec \(line)"], log: log)
            }

            var lines: [String] {
                let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                return text.split(separator: "\n").map(String.init)
            }

            var hasEnded: Bool { child.hasEnded() }

            /// How it ended; nil while it runs.
            var end: ChildProcess.End? { child.end }

            /// All processes of the line.
            func stop() {
                if !child.hasEnded() { kill(-child.processID, SIGKILL) }
            }
        }

        /// So many messages the node has sent on streams of watches.
        private func messagesSent(_ node: TestNode) async throws -> Int {
            let page = try await Tool.curl("\(node.url)/metrics")
            let line = page.lines.first {
                $0.hasPrefix("grpc_server_msg_sent_total{") && $0.contains("\"Watch\"")
                    && $0.contains("etcdserverpb")
            }
            return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
        }

        /// What changed in other keys is compacted: nothing of that is needed.
        @Test(.timeLimit(.minutes(1)))
        func anIdleWatchOutlivesACompactionAndItsNode() async throws {
            let interval = "--experimental-watch-progress-notify-interval=100ms"
            try await TestCluster.with(1, options: [interval]) { cluster in
                let (client, node) = (try cluster.client(), cluster.nodes[0])
                defer { client.close() }
                let follower = try Follower(cluster.endpointList, "idle")
                defer { follower.stop() }
                try await wait("the watch") { try await messagesSent(node) > 0 }
                var revision: Int64 = 0
                for number in 0..<10 {
                    revision = try await client.put("other", "\(number)").info.revision
                }
                let before = try await messagesSent(node)
                try await wait("progress") { try await messagesSent(node) > before + 1 }
                try await client.compact(revision: revision)
                try await node.stop(SIGKILL)
                try cluster.start(node)
                try await cluster.waitUntilAnswers(node)
                try await client.put("idle", "awake")
                try await wait("the event") { follower.hasEnded || follower.lines.count >= 3 }
                #expect(follower.lines == ["PUT", "idle", "awake"])
            }
        }

        /// A node that has vanished does not say so.
        @Test(.timeLimit(.minutes(2)))
        func aFrozenNodeIsLeft() async throws {
            try await TestCluster.with(3) { cluster in
                let follower = try Follower(cluster.endpointList, "key")
                defer { follower.stop() }
                try await wait("the watch") { try await messagesSent(cluster.nodes[0]) > 0 }
                cluster.nodes[0].send(SIGSTOP)
                let client = try cluster.client(first: 1, timeoutMilliseconds: 30_000)
                defer { client.close() }
                try await client.put("key", "value")
                try await wait("the event", seconds: 40) { follower.lines.count >= 3 }
                #expect(follower.lines == ["PUT", "key", "value"])
            }
        }

        /// All that one request has changed comes in one message, however long.
        @Test(.timeLimit(.minutes(1)))
        func aLongMessageIsTaken() async throws {
            try await TestCluster.with(1) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                let value = String(repeating: "v", count: 300_000)
                for number in 10..<30 { try await client.put("long/\(number)", value) }
                let follower = try Follower(
                    cluster.endpointList, "long/ --prefix --prev-kv",
                    rest: "| grep --line-buffered -x DELETE")
                defer { follower.stop() }
                try await wait("the watch") { try await messagesSent(cluster.nodes[0]) > 0 }
                try await client.delete(.prefix(Array("long/".utf8)))
                try await wait("all deletes") {
                    follower.hasEnded || follower.lines.count == 20
                }
                #expect(follower.lines == Array(repeating: "DELETE", count: 20))
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func whoIsNotReadAnyMoreEnds() async throws {
            try await TestCluster.with(1) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                let follower = try Follower(cluster.endpointList, "key", rest: "| head -n 1")
                defer { follower.stop() }
                var number = 0
                try await wait("the end") {
                    number += 1
                    try await client.put("key", "\(number)")
                    return follower.hasEnded
                }
                #expect(follower.lines == ["PUT"])
                #expect(follower.end == .exited(0))
            }
        }
    }
}
