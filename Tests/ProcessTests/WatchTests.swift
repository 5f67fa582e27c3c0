import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Debian's etcdctl watches, and is told everything once.
    @Suite(.serialized) struct WatchTests {
        /// One that runs until the test ends, and what it printed so far.
        private final class Watching {
            private var child: ChildProcess
            private let log: String

            init(_ endpoints: String, _ arguments: String...) throws {
                log = try Places.temporaryDirectory() + "/out"
                child = try Spawner.start(
                    "/usr/bin/env",
                    ["ETCDCTL_API=3", "etcdctl", "--endpoints", endpoints, "watch"] + arguments,
                    log: log)
            }

            var lines: [String] {
                let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                return text.split(separator: "\n").map(String.init)
            }

            func end() { child.send(signal: SIGKILL) }

            var hasEnded: Bool { child.hasEnded() }
        }

        @Test(.timeLimit(.minutes(2)))
        func etcdctlIsToldEverythingWhileNodesDie() async throws {
            try await TestCluster.with(3) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                let begin = try await client.put("w/0", "value-0").info.revision
                let watching = try Watching(
                    cluster.endpointList, "--prefix", "w/", "--rev", "\(begin)")
                defer { watching.end() }
                for number in 1...120 {
                    try await client.put("w/\(number)", "value-\(number)")
                    if number % 40 == 20 {
                        let node = cluster.nodes[number / 40]
                        try await node.stop(SIGKILL)
                        try cluster.start(node)
                        try await cluster.waitUntilAnswers(node)
                    }
                }
                try await wait("the last event") { watching.lines.contains("value-120") }
                let values = watching.lines.filter { $0.hasPrefix("value-") }
                #expect(values == (0...120).map { "value-\($0)" })
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func etcdctlHearsOfTheStateBeforeAndOfCompaction() async throws {
            try await TestCluster.with(1) { cluster in
                let endpoint = cluster.endpointList
                for value in ["a", "b"] { _ = try await Tool.etcdctl(endpoint, "put", "k", value) }
                _ = try await Tool.etcdctl(endpoint, "del", "k")
                let watching = try Watching(endpoint, "--prev-kv", "--rev", "2", "k")
                defer { watching.end() }
                let wanted = ["PUT", "k", "a", "PUT", "k", "a", "k", "b", "DELETE", "k", "b", "k"]
                try await wait("three events") { watching.lines == wanted }
                _ = try await Tool.etcdctl(endpoint, "compaction", "4")
                let late = try Watching(endpoint, "--rev", "3", "k")
                try await wait("the end") { late.hasEnded }
                #expect(
                    late.lines.contains {
                        $0.contains("etcdserver: mvcc: required revision has been compacted")
                    })
            }
        }
    }
}
