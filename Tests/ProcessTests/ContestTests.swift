import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Locks and elections between processes that know different nodes.
    @Suite(.serialized) struct ContestTests {
        /// A command that runs until it is killed, and what it printed so far.
        private final class Running {
            private var child: ChildProcess
            private let log: String

            init(_ program: String, _ arguments: [String]) throws {
                log = try Places.temporaryDirectory() + "/out"
                child = try Spawner.start(program, arguments, log: log)
            }

            convenience init(etcdctl endpoint: String, _ arguments: String...) throws {
                try self.init(
                    "/usr/bin/env",
                    ["ETCDCTL_API=3", "etcdctl", "--endpoints", endpoint] + arguments)
            }

            convenience init(synod endpoint: String, _ arguments: String...) throws {
                try self.init(
                    Places.synod, [arguments[0], "--endpoints", endpoint] + arguments.dropFirst())
            }

            convenience init(post url: String, _ body: String) throws {
                try self.init("/usr/bin/env", ["curl", "-sN", "--max-time", "60", url, "-d", body])
            }

            var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
            var lines: [String] { text.split(separator: "\n").map(String.init) }
            var hasEnded: Bool { child.hasEnded() }
            var status: Int32? {
                _ = child.hasEnded()
                if case .exited(let status)? = child.end { return status }
                return nil
            }
            func end(_ signal: Int32 = SIGKILL) { child.send(signal: signal) }
        }

        @Test(.timeLimit(.minutes(2)))
        func oneHoldsAndTheNextWaits() async throws {
            try await TestCluster.with(3) { cluster in
                let endpoints = cluster.endpoints.map(\.description)
                let first = try Running(etcdctl: endpoints[0], "lock", "--ttl=2", "m")
                defer { first.end() }
                try await wait("the lock") { first.lines.count == 1 }
                let second = try Running(etcdctl: endpoints[1], "lock", "--ttl=2", "m")
                defer { second.end() }
                try await wait("two in the queue") {
                    try await keys(below: "m/", endpoints[2]).count == 2
                }
                #expect(second.lines.isEmpty)
                // Its lease ends by itself.
                first.end(SIGKILL)
                try await wait("the lock's next holder") { second.lines.count == 1 }
                #expect(second.lines[0].hasPrefix("m/"))
                second.end(SIGINT)
                try await wait("the end") {
                    try await keys(below: "m/", endpoints[0]).isEmpty
                }
                let leader = try Running(etcdctl: endpoints[0], "elect", "e", "one")
                defer { leader.end() }
                try await wait("a leader") { leader.lines.count == 2 }
                let listener = try Running(etcdctl: endpoints[1], "elect", "--listen", "e")
                defer { listener.end() }
                try await wait("its name") { listener.lines.last == "one" }
                let next = try Running(etcdctl: endpoints[2], "elect", "e", "two")
                defer { next.end() }
                try await wait("two candidates") {
                    try await keys(below: "e/", endpoints[1]).count == 2
                }
                leader.end(SIGINT)
                try await wait("the next leader's name") { listener.lines.last == "two" }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func theServicesThroughTheGateway() async throws {
            try await TestCluster.with(3) { cluster in
                let urls = cluster.nodes.map(\.url)
                let endpoint = cluster.endpoints[2].description
                let held = try await Tool.curl(urls[0] + "/v3/lock/lock", "-d", #"{"name":"bQ=="}"#)
                let key = try member("key", of: held.output)
                let leaver = try Running(post: urls[1] + "/v3/lock/lock", #"{"name":"bQ=="}"#)
                try await wait("two in the queue") {
                    try await keys(below: "m/", endpoint).count == 2
                }
                leaver.end()
                try await wait("the key of who went to go") {
                    try await keys(below: "m/", endpoint).count == 1
                }
                let waiter = try Running(post: urls[1] + "/v3/lock/lock", #"{"name":"bQ=="}"#)
                defer { waiter.end() }
                try await wait("two in the queue again") {
                    try await keys(below: "m/", endpoint).count == 2
                }
                let unlocked = try await Tool.curl(
                    urls[2] + "/v3/lock/unlock", "-d", #"{"key":"\#(key)"}"#)
                #expect(unlocked.output.contains("header"))
                try await wait("the waiter's answer") { waiter.hasEnded }
                #expect(try member("key", of: waiter.text) != key)
                let observer = try Running(
                    post: urls[2] + "/v3/election/observe", #"{"name":"ZQ=="}"#)
                defer { observer.end() }
                let won = try await Tool.curl(
                    urls[0] + "/v3/election/campaign", "-d", #"{"name":"ZQ==","value":"djE="}"#)
                try await wait("the leader's value") { observer.text.contains("\"djE=\"") }
                let leader = try #require(won.output.range(of: #""leader":{"#))
                let leaderKey = "{" + won.output[leader.upperBound...].dropLast()
                _ = try await Tool.curl(
                    urls[1] + "/v3/election/proclaim", "-d",
                    #"{"leader":\#(leaderKey),"value":"djI="}"#)
                try await wait("the leader's next value") { observer.text.contains("\"djI=\"") }
                _ = try await Tool.curl(
                    urls[1] + "/v3/election/resign", "-d", #"{"leader":\#(leaderKey)}"#)
                let none = try await Tool.curl(
                    urls[2] + "/v3/election/leader", "-d", #"{"name":"ZQ=="}"#)
                #expect(none.output.contains(#""message":"election: no leader""#))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func ourCommands() async throws {
            try await TestCluster.with(3) { cluster in
                let endpoints = cluster.endpoints.map(\.description)
                try await leases(endpoints)
                try await locks(endpoints)
                try await elections(endpoints, all: cluster.endpointList)
            }
        }

        private func leases(_ endpoints: [String]) async throws {
            func synod(_ words: String...) async throws -> Tool.Result {
                try await Tool.run(Places.synod, words + ["--endpoints", endpoints[1]])
            }
            let granted = try await synod("lease", "grant", "60").lines[0]
            #expect(granted.hasSuffix(" granted with TTL(60s)"))
            let id = String(granted.split(separator: " ")[1])
            #expect(id.count == 16)
            #expect(try await synod("put", "k", "v", "--lease", id).status == 0)
            let state = try await synod("lease", "timetolive", id, "--keys").output
            #expect(state.hasPrefix("lease \(id) granted with TTL(60s), remaining("))
            #expect(state.hasSuffix("s), attached keys([k])\n"))
            let once = try await synod("lease", "keep-alive", id, "--once")
            #expect(once.output == "lease \(id) keepalived with TTL(60)\n")
            #expect(try await synod("lease", "list").lines == ["found 1 leases", id])
            let etcdctl = try await Tool.etcdctl(endpoints[0], "lease", "list")
            #expect(etcdctl.lines == ["found 1 leases", id])
            #expect(try await synod("lease", "revoke", id).output == "lease \(id) revoked\n")
            #expect(try await synod("get", "k").status == 1)
            let ended = try await synod("lease", "timetolive", id)
            #expect(ended.output == "lease \(id) already expired\n")
            let over = try await synod("lease", "keep-alive", id)
            #expect(over.output == "lease \(id) expired or revoked.\n")
            #expect(over.status == 1)
            let missing = try await synod("lease", "revoke", id)
            #expect(missing.status == 1)
            #expect(missing.output.contains("requested lease not found"))
            #expect(try await synod("lease", "revoke", "xyz").status == 2)
        }

        private func locks(_ endpoints: [String]) async throws {
            let holder = try Running(synod: endpoints[0], "lock", "m", "--ttl", "2")
            defer { holder.end() }
            try await wait("the lock") { holder.lines.count == 1 }
            let waiter = try Running(
                synod: endpoints[1], "lock", "m", "--", "sh", "-c",
                "echo $ETCD_LOCK_KEY $ETCD_LOCK_REV; exit 77")
            try await wait("two in the queue") {
                try await keys(below: "m/", endpoints[2]).count == 2
            }
            // etcdctl stands in the same queue.
            let third = try Running(etcdctl: endpoints[2], "lock", "m")
            defer { third.end() }
            try await wait("three in the queue") {
                try await keys(below: "m/", endpoints[2]).count == 3
            }
            #expect(waiter.lines.isEmpty && third.lines.isEmpty)
            holder.end(SIGTERM)
            try await wait("the program's end") { waiter.hasEnded }
            #expect(holder.status == 0)
            #expect(waiter.status == 77)
            let words = waiter.text.split(whereSeparator: \.isWhitespace)
            #expect(words.first?.hasPrefix("m/") == true)
            #expect(words.last.flatMap { Int($0) } ?? 0 > 1)
            try await wait("the last one's turn") { third.lines.count == 1 }
            // A signal ends the wait, and its key.
            let leaver = try Running(synod: endpoints[0], "lock", "m")
            try await wait("one more") { try await keys(below: "m/", endpoints[2]).count == 2 }
            leaver.end(SIGINT)
            try await wait("its end") { leaver.hasEnded }
            #expect(leaver.status == 1)
            #expect(try await keys(below: "m/", endpoints[2]) == third.lines)
        }

        private func elections(_ endpoints: [String], all: String) async throws {
            let listener = try Running(synod: all, "elect", "--listen", "e")
            defer { listener.end() }
            let first = try Running(synod: endpoints[1], "elect", "e", "one")
            defer { first.end() }
            try await wait("a leader") { first.lines.count == 2 && listener.lines == first.lines }
            let second = try Running(etcdctl: endpoints[2], "elect", "e", "two")
            defer { second.end() }
            try await wait("two candidates") {
                try await keys(below: "e/", endpoints[0]).count == 2
            }
            // Its lease ends early: it does not lead any more.
            let lease = String(try #require(first.lines[0].split(separator: "/").last))
            _ = try await Tool.synod("lease", "revoke", lease, "--endpoints", endpoints[0])
            try await wait("the next leader") { listener.lines.last == "two" }
            try await wait("the end of who was deposed", seconds: 10) { first.hasEnded }
            #expect(first.status == 1)
        }

        private func keys(below prefix: String, _ endpoint: String) async throws -> [String] {
            let result = try await Tool.etcdctl(endpoint, "get", "--prefix", prefix, "--keys-only")
            #expect(result.status == 0, "\(result.output)")
            return result.lines
        }

        /// A text of a flat JSON object.
        private func member(_ name: String, of json: String) throws -> String {
            let start = try #require(json.range(of: "\"\(name)\":\"")?.upperBound, "\(json)")
            return String(json[start...].prefix { $0 != "\"" })
        }
    }
}
