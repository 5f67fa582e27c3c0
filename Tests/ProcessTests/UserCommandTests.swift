import Foundation
import Glibc
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Our own commands where users count: who they are, for how long, and where passwords come from.
    @Suite(.serialized) struct UserCommandTests {
        /// A command that runs until the test ends, and what it printed so far.
        private final class Running {
            private var child: ChildProcess
            private let log: String

            /// - Parameter input: a file that is its standard input.
            init(_ arguments: [String], input: String = "/dev/null") throws {
                log = try Places.temporaryDirectory() + "/out"
                child = try Spawner.start(
                    "/bin/sh", ["-c", "exec \"$@\" <\"$0\"", input, Places.synod] + arguments,
                    log: log)
            }

            var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
            var lines: [String] { text.split(separator: "\n").map(String.init) }
            var hasEnded: Bool { child.hasEnded() }
            var status: Int32? {
                guard child.hasEnded(), case .exited(let status)? = child.end else { return nil }
                return status
            }
            func end() { child.send(signal: SIGKILL) }
        }

        private func letUsersCount(_ endpoint: String) async throws {
            for words in [
                ["user", "add", "root:secret"], ["user", "grant-role", "root", "root"],
                ["auth", "enable"],
            ] {
                let result = try await Tool.run(Places.synod, words + ["--endpoints=\(endpoint)"])
                #expect(result.status == 0, "\(words): \(result.output)")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func whoFollowsLogsInAgain() async throws {
            try await TestCluster.with(1) { cluster in
                let endpoint = cluster.endpointList
                try await letUsersCount(endpoint)
                let who = ["--endpoints=\(endpoint)", "--user=root:secret"]
                let watching = try Running(["watch", "k"] + who)
                defer { watching.end() }
                let listening = try Running(["elect", "--listen", "e"] + who)
                defer { listening.end() }
                func put(_ key: String, _ value: String) async throws {
                    try await wait("a put of \(value)") {
                        try await Tool.run(Places.synod, ["put", key, value] + who).status == 0
                    }
                }
                try await put("e/1", "one")
                try await wait("the leader") { listening.lines == ["e/1", "one"] }
                try await wait("a change") {
                    try await put("k", "v1")
                    return watching.lines.contains("v1")
                }
                // All tokens are void from here on, as those are that nobody has used for five minutes.
                let again = ["user", "passwd", "root:secret"] + who
                #expect(try await Tool.run(Places.synod, again).status == 0)
                let node = cluster.nodes[0]
                try await node.stop(SIGKILL)
                try cluster.start(node)
                try await put("k", "v2")
                try await put("e/1", "two")
                try await wait("what came later") {
                    watching.lines.contains("v2") && listening.lines.last == "two"
                }
                #expect(!watching.hasEnded && !listening.hasEnded)
                // One who may not come any more is told.
                let gone = try await Tool.run(
                    Places.synod, ["user", "passwd", "root:other"] + who)
                #expect(gone.status == 0)
                try await node.stop(SIGKILL)
                try cluster.start(node)
                try await wait("the end") { watching.hasEnded && listening.hasEnded }
                #expect(watching.status == 1 && listening.status == 1)
                #expect(watching.text.contains("authentication failed"))
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func whoCannotLogInIsToldWhy() async throws {
            try await TestCluster.with(1) { cluster in
                try await letUsersCount(cluster.endpointList)
                for words in [
                    ["watch", "k"], ["elect", "--listen", "e"], ["snapshot", "save", "/tmp/none"],
                ] {
                    let wrong = try await Tool.run(
                        Places.synod,
                        words + ["--endpoints=\(cluster.endpointList)", "--user=root:wrong"])
                    #expect(wrong.status == ExitCode.failed.rawValue, "\(words): \(wrong.output)")
                    #expect(wrong.output.contains("authentication failed"))
                    let nobody = try await Tool.run(
                        Places.synod, words + ["--endpoints=127.0.0.1:1", "--user=root:secret"])
                    #expect(nobody.status == ExitCode.unavailable.rawValue, "\(nobody.output)")
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func theShellHasAUser() async throws {
            try await TestCluster.with(1) { cluster in
                try await letUsersCount(cluster.endpointList)
                let port = "\(cluster.endpoints[0].port)"
                let words = ["shell", "127.0.0.1", port, "--user=root:secret"]
                let result = try await Tool.run(
                    Places.synod, words, input: "put k v\nget k\n")
                #expect(result.status == 0)
                #expect(result.lines == ["OK", "v"])
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func aValueBehindAPasswordIsWhole() async throws {
            try await TestCluster.with(1) { cluster in
                try await letUsersCount(cluster.endpointList)
                let who = ["--endpoints=\(cluster.endpointList)"]
                let value = String(repeating: "a line\n", count: 2_000)
                let put = try await Tool.run(
                    Places.synod, ["put", "k", "-", "--user=root"] + who,
                    input: "secret\n" + value)
                #expect(put.status == 0, "\(put.output)")
                let get = try await Tool.run(
                    Places.synod, ["get", "k", "--raw", "--user=root:secret"] + who)
                #expect(get.output == value)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func nobodySeesAPasswordThatIsTyped() async throws {
            try await TestCluster.with(1) { cluster in
                try await letUsersCount(cluster.endpointList)
                var (terminal, end): (Int32, Int32) = (-1, -1)
                try #require(openpty(&terminal, &end, nil, nil, nil) == 0)
                defer {
                    close(terminal)
                    close(end)
                }
                let name = String(cString: try #require(ttyname(end)))
                let listing = try Running(
                    ["user", "list", "--endpoints=\(cluster.endpointList)", "--user=root"],
                    input: name)
                defer { listing.end() }
                try await wait("the question") { listing.text.contains("password of root") }
                let typed = Array("secret\n".utf8)
                #expect(write(terminal, typed, typed.count) == typed.count)
                try await wait("the answer") { listing.hasEnded }
                #expect(listing.status == 0 && listing.lines.last == "root")
                var seen = [UInt8](repeating: 0, count: 256)
                _ = fcntl(terminal, F_SETFL, O_NONBLOCK)
                let count = max(0, read(terminal, &seen, seen.count))
                #expect(!String(decoding: seen[..<count], as: UTF8.self).contains("secret"))
            }
        }
    }
}
