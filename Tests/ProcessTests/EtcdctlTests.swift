import Foundation
import SynodClient
import Testing

extension ProcessTests {
    /// Debian's etcdctl does its work against any node, and does not notice which.
    @Suite(.serialized) struct EtcdctlTests {
        @Test(.timeLimit(.minutes(3)))
        func etcdctlWorksAgainstEveryNode() async throws {
            try await TestCluster.with(3) { cluster in
                let endpoints = cluster.endpoints.map(\.description)
                try await puts(endpoints)
                try await reads(endpoints)
                try await revisions(endpoints)
                try await deletions(endpoints)
                try await transactions(endpoints)
                try await compaction(endpoints)
                try await maintenance(cluster)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func aFullStoreIsServedAndFreed() async throws {
            try await TestCluster.with(3, options: ["--quota-backend-bytes=20000"]) { cluster in
                let endpoints = cluster.endpoints.map(\.description)
                let value = String(repeating: "v", count: 6_000)
                for _ in 0..<2 { _ = try await ok(endpoints[0], "put", "k", value) }
                // The third one finds two of them stored, one at an old revision.
                _ = try await ok(endpoints[1], "put", "k", value)
                let full = try await Tool.etcdctl(endpoints[2], "put", "k", value)
                #expect(full.status != 0)
                #expect(full.output.contains("etcdserver: mvcc: database space exceeded"))
                let alarms = try await ok(endpoints[0], "alarm", "list")
                #expect(alarms.count == 1 && alarms[0].contains("alarm:NOSPACE"))
                let ours = try await Tool.synod("alarm", "list", "--endpoints", endpoints[1])
                #expect(ours.lines.map { $0 + " " } == alarms)
                #expect(try await ok(endpoints[1], "get", "k", "--print-value-only") == [value])
                #expect(try await ok(endpoints[1], "del", "k") == ["1"])
                let revision = try await ok(endpoints[1], "get", "k", "--write-out=fields")
                    .first { $0.hasPrefix("\"Revision\" : ") }?.dropFirst("\"Revision\" : ".count)
                _ = try await ok(endpoints[2], "compaction", String(try #require(revision)))
                #expect(try await ok(endpoints[0], "alarm", "list").isEmpty)
                #expect(try await ok(endpoints[0], "put", "k", value) == ["OK"])
                #expect(try await ok(endpoints[0], "alarm", "disarm").isEmpty)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func nobodyWhoIsGoneIsGivenLeadership() async throws {
            try await TestCluster.with(3) { cluster in
                let leader = try await cluster.leader()
                let gone = try #require(cluster.nodes.first { $0 !== leader })
                let status = try await ok(gone.endpoint.description, "endpoint", "status")
                let member = try #require(status.first).components(separatedBy: ", ")[1]
                try await gone.stop(SIGKILL)
                try await wait("the order is refused") {
                    try await Tool.etcdctl(leader.endpoint.description, "move-leader", member)
                        .output.contains("synod: nothing is heard from that member")
                }
                _ = try await ok(leader.endpoint.description, "put", "k", "v")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func thePastIsCompactedByItself() async throws {
            let options = ["--auto-compaction-mode=periodic", "--auto-compaction-retention=1s"]
            try await TestCluster.with(3, options: options) { cluster in
                let endpoints = cluster.endpoints.map(\.description)
                for value in ["one", "two"] { _ = try await ok(endpoints[0], "put", "k", value) }
                let first = try await revision(endpoints[1], of: "k") - 1
                for endpoint in endpoints {
                    try await wait("the compaction") {
                        try await Tool.etcdctl(endpoint, "get", "k", "--rev=\(first)").output
                            .contains("required revision has been compacted")
                    }
                }
                #expect(try await ok(endpoints[0], "get", "k", "--print-value-only") == ["two"])
            }
        }

        /// Equal on all members, whatever each has in memory; and what has nothing to do succeeds.
        private func hashes(_ all: String) async throws {
            let revision = try await revision(all, of: "versioned")
            let lines = try await ok(all, "endpoint", "hashkv", "--rev=\(revision)")
            #expect(lines.count == 3)
            let hashes = Set(lines.map { $0.split(separator: ",").last })
            #expect(hashes.count == 1)
            _ = try await ok(all, "put", "hashed", "too")
            let other = try await ok(all, "endpoint", "hashkv")
            #expect(Set(other.map { $0.split(separator: ",").last }) != hashes)
            let defragmented = try await ok(all, "defrag")
            #expect(defragmented.count { $0.contains("Finished defragmenting") } == 3)
        }

        private func puts(_ endpoints: [String]) async throws {
            for (index, endpoint) in endpoints.enumerated() {
                #expect(try await ok(endpoint, "put", "key\(index)", "value\(index)") == ["OK"])
                // Through every other node, at once.
                for other in endpoints {
                    #expect(
                        try await ok(other, "get", "key\(index)") == [
                            "key\(index)", "value\(index)",
                        ])
                }
            }
            let previous = try await ok(endpoints[1], "put", "--prev-kv", "key0", "new")
            #expect(previous == ["OK", "key0", "value0"])
            let input = try await Tool.etcdctl(
                endpoints[2], "put", "from-input", input: "line one\nline two")
            #expect(input.status == 0)
            #expect(
                try await ok(endpoints[0], "get", "from-input", "--print-value-only")
                    == ["line one", "line two"])
        }

        private func reads(_ endpoints: [String]) async throws {
            for (key, value) in [("r/b", "2"), ("r/a", "3"), ("r/c", "1"), ("s", "x")] {
                _ = try await ok(endpoints[0], "put", key, value)
            }
            for endpoint in endpoints {
                #expect(
                    try await ok(endpoint, "get", "--prefix", "r/", "--keys-only")
                        .filter { !$0.isEmpty } == ["r/a", "r/b", "r/c"])
                #expect(
                    try await ok(endpoint, "get", "r/a", "r/c") == ["r/a", "3", "r/b", "2"])
                #expect(
                    try await ok(endpoint, "get", "--from-key", "r/c", "--limit=2")
                        == ["r/c", "1", "s", "x"])
                #expect(
                    try await ok(
                        endpoint, "get", "--prefix", "r/", "--sort-by=VALUE", "--order=DESCEND",
                        "--print-value-only") == ["3", "2", "1"])
                #expect(
                    try await ok(
                        endpoint, "get", "--prefix", "r/", "--sort-by=CREATE", "--limit=1",
                        "--print-value-only") == ["2"])
                #expect(try await ok(endpoint, "get", "missing") == [])
                #expect(
                    try await ok(
                        endpoint, "get", "--prefix", "r/", "--limit=1", "--write-out=fields"
                    ).contains("\"Count\" : 3"))
            }
            try await wait("a serializable read of what was written") {
                for endpoint in endpoints {
                    let found = try await ok(
                        endpoint, "get", "s", "--consistency=s", "--print-value-only")
                    guard found == ["x"] else { return false }
                }
                return true
            }
        }

        private func revisions(_ endpoints: [String]) async throws {
            _ = try await ok(endpoints[0], "put", "versioned", "one")
            let first = try await revision(endpoints[1], of: "versioned")
            _ = try await ok(endpoints[1], "put", "versioned", "two")
            for endpoint in endpoints {
                #expect(
                    try await ok(
                        endpoint, "get", "versioned", "--rev=\(first)", "--print-value-only")
                        == ["one"])
                let future = try await Tool.etcdctl(endpoint, "get", "versioned", "--rev=99999999")
                #expect(future.status != 0)
                #expect(
                    future.output.contains(
                        "etcdserver: mvcc: required revision is a future revision"))
            }
        }

        private func deletions(_ endpoints: [String]) async throws {
            #expect(try await ok(endpoints[1], "del", "r/a") == ["1"])
            #expect(try await ok(endpoints[2], "del", "r/a") == ["0"])
            #expect(
                try await ok(endpoints[2], "del", "--prefix", "r/", "--prev-kv")
                    == ["2", "r/b", "2", "r/c", "1"])
            #expect(try await ok(endpoints[0], "get", "--prefix", "r/") == [])
        }

        private func transactions(_ endpoints: [String]) async throws {
            for (index, endpoint) in endpoints.enumerated() {
                let key = "txn\(index)"
                let text = """
                    version("\(key)") = "0"

                    put \(key) created
                    get \(key)

                    put \(key) changed
                    get \(key)


                    """
                let first = try await Tool.etcdctl(endpoint, "txn", input: text)
                #expect(first.status == 0)
                #expect(first.lines == ["SUCCESS", "OK", key, "created"])
                let second = try await Tool.etcdctl(endpoint, "txn", input: text)
                #expect(second.lines == ["FAILURE", "OK", key, "changed"])
            }
            let twice = try await Tool.etcdctl(
                endpoints[0], "txn", input: "\nput a 1\nput a 2\n\n\n")
            #expect(twice.status != 0)
            #expect(twice.output.contains("duplicate key given in txn request"))
        }

        private func compaction(_ endpoints: [String]) async throws {
            let revision = try await revision(endpoints[0], of: "versioned")
            _ = try await ok(endpoints[0], "put", "versioned", "three")
            let done = try await ok(endpoints[1], "compaction", "\(revision)")
            #expect(done == ["compacted revision \(revision)"])
            let again = try await Tool.etcdctl(endpoints[2], "compaction", "\(revision)")
            #expect(again.status != 0)
            #expect(
                again.output.contains("etcdserver: mvcc: required revision has been compacted"))
            for endpoint in endpoints {
                // The compacted revision itself stays readable.
                #expect(
                    try await ok(
                        endpoint, "get", "versioned", "--rev=\(revision)", "--print-value-only")
                        == ["two"])
                let old = try await Tool.etcdctl(
                    endpoint, "get", "versioned", "--rev=\(revision - 1)")
                #expect(old.output.contains("required revision has been compacted"))
            }
        }

        private func maintenance(_ cluster: TestCluster) async throws {
            let all = cluster.endpointList
            let status = try await ok(all, "endpoint", "status")
            #expect(status.count == 3)
            let leaders = status.filter { $0.split(separator: ",")[4].contains("true") }
            #expect(leaders.count == 1)
            try await leadership(status.map { $0.components(separatedBy: ", ") })
            let members = Set(status.map { $0.split(separator: ",")[1] })
            #expect(members.count == 3)
            try await hashes(all)
            let health = try await ok(all, "endpoint", "health")
            #expect(health.count { $0.contains("is healthy") } == 3)
            for endpoint in cluster.endpoints {
                let list = try await ok(endpoint.description, "member", "list")
                #expect(list.count == 3)
                for node in cluster.nodes {
                    let line = list.first { $0.contains(", \(node.name), ") }
                    #expect(line?.contains("started") == true)
                    #expect(line?.contains(node.peerURL) == true)
                    #expect(line?.contains(node.url) == true)
                }
            }
        }

        /// Leadership goes to another member, and nobody waits for a time-out.
        private func leadership(_ status: [[String]]) async throws {
            let leader = try #require(status.first { $0[4] == "true" })
            let target = try #require(status.first { $0[4] == "false" })
            let moved = try await ok(leader[0], "move-leader", target[1])
            #expect(moved == ["Leadership transferred from \(leader[1]) to \(target[1])"])
            let now = try await ok(target[0], "endpoint", "status")
            #expect(now.first?.components(separatedBy: ", ")[4] == "true")
        }

        /// The revision of the last write to a key.
        private func revision(_ endpoint: String, of key: String) async throws -> Int {
            let fields = try await ok(endpoint, "get", key, "--write-out=fields")
            let line = try #require(fields.first { $0.hasPrefix("\"ModRevision\" : ") })
            return try #require(Int(line.dropFirst("\"ModRevision\" : ".count)))
        }

        /// The lines that etcdctl prints; it must end well.
        private func ok(_ endpoint: String, _ arguments: String...) async throws -> [String] {
            let result = try await Tool.run(
                "/usr/bin/env",
                ["ETCDCTL_API=3", "etcdctl", "--endpoints", endpoint] + arguments)
            #expect(result.status == 0, "\(arguments): \(result.output)")
            return result.lines
        }
    }
}
