import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// The program itself: what it prints and how it ends.
    @Suite(.serialized) struct CommandTests {
        @Test(.timeLimit(.minutes(1)))
        func helpAndUsage() async throws {
            #expect(try await Tool.synod().status == 2)
            #expect(try await Tool.synod("--help").status == 0)
            #expect(try await Tool.synod("version").output.contains("synod "))
            let commands = [
                "serve", "cluster", "put", "insert", "update", "append", "get", "del", "txn",
                "status", "lease", "lock", "elect", "snapshot", "shell", "demo", "version",
            ]
            let all = try await Tool.synod("--help").output
            for command in commands {
                #expect(all.contains("  \(command) "))
                let help = try await Tool.synod(command, "--help")
                #expect(help.status == 0)
                #expect(help.output.hasPrefix("usage: synod \(command)"))
                #expect(help.output.contains("Exit status:"))
                let unknown = try await Tool.synod(command, "--nonsense")
                #expect(unknown.status == 2)
                #expect(unknown.output.contains("unknown flag --nonsense"))
            }
            let near = try await Tool.synod("statuss")
            #expect(near.status == 2)
            #expect(near.output.contains("did you mean status?"))
        }

        /// Whoever does not get the answer does not know it.
        @Test(.timeLimit(.minutes(1)))
        func aFullDiskIsNoSuccess() async throws {
            let full = try await Self.shell("\"$0\" version > /dev/full; echo $?")
            #expect(
                full.lines == [
                    "synod: standard output cannot be written: No space left on device", "4",
                ])
            // Whoever closes a pipe has seen enough.
            let closed = try await Self.shell("(\"$0\" version; echo $? >&2) | true")
            #expect(closed.lines.last == "0" || closed.lines.last == "141", "\(closed.output)")
        }

        /// As text they would be other bytes, and those would be written.
        @Test(.timeLimit(.minutes(1)))
        func bytesThatAreNoTextAreRefused() async throws {
            let word = try await Self.shell(
                "\"$0\" put k \"$(printf '\\377')\" --endpoints 127.0.0.1:1; echo $?")
            #expect(word.lines == ["synod: a word of the command line is not UTF-8", "2"])
            for command in ["txn --endpoints 127.0.0.1:1", "shell 127.0.0.1 1"] {
                let line = try await Self.shell(
                    "printf '\\nput k \\377\\n\\n\\n' | \"$0\" \(command); echo $?")
                #expect(line.lines.last == "2")
                #expect(line.output.contains("a line is not UTF-8"))
            }
        }

        /// An empty password lets everybody in, or nobody.
        @Test(.timeLimit(.minutes(1)), arguments: ["add", "passwd"])
        func noPasswordIsNoEmptyOne(verb: String) async throws {
            let result = try await Tool.synod(
                "user", verb, "u", "--endpoints", "127.0.0.1:1", "--timeout", "300")
            #expect(result.status == 2)
            #expect(result.output.contains("a password is needed"))
        }

        /// Runs a line of the shell, in which the program is `$0`.
        private static func shell(_ line: String) async throws -> Tool.Result {
            try await Tool.run("/bin/sh", ["-c", line, Places.synod])
        }

        @Test(.timeLimit(.minutes(1)))
        func anInterruptedSimulationSaysWhatItHasSeen() async throws {
            let result = try await Tool.run(
                "/usr/bin/env",
                [
                    "timeout", "--preserve-status", "--signal", "INT", "2", Places.synod,
                    "simulate", "--time", "10m", "--jobs", "1", "--nodes", "1",
                ])
            #expect(result.status == 128 + SIGINT)
            #expect(result.output.contains("virtual time"))
            #expect(result.output.contains("no rule was broken"))
        }

        @Test(.timeLimit(.minutes(1)))
        func serveRefusesWhatItMustNotIgnore() async throws {
            for (flag, sentence) in [
                ("--cert-file=x", "KeyFile and CertFile must both be present"),
                ("--initial-cluster=x=http://127.0.0.1:1", "couldn't find local name"),
            ] {
                let result = try await Tool.synod("serve", flag)
                #expect(result.status == 2)
                #expect(result.output.contains(sentence))
                // Without the word serve, as a unit file for etcd has it.
                let short = try await Tool.synod(flag)
                #expect(short.status == 2)
                #expect(short.output.contains(sentence))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func commandsAgainstACluster() async throws {
            try await TestCluster.with(3) { cluster in
                let all = cluster.endpointList
                let last = cluster.nodes[2].endpoint.description
                try await writing(all, last)
                try await reading(all, last)
                try await transaction(all)
                try await shell(cluster.nodes[1])
                try await status(cluster)
                let demo = try await Tool.synod("demo", "--populate", "25", "--endpoints", all)
                #expect(demo.status == 0, "\(demo.output)")
                #expect(demo.output.contains("15 operations through 3 nodes: all as it must be"))
                // A dead first endpoint, and the rest does it.
                let dead = try await Tool.synod(
                    "get", "k", "--endpoints", "127.0.0.1:1,\(all)")
                #expect(dead.status == 0)
                #expect(dead.output == "w\n")
            }
        }

        private func writing(_ all: String, _ last: String) async throws {
            #expect(try await Tool.synod("get", "k", "--endpoints", all).status == 1)
            #expect(try await Tool.synod("update", "k", "v", "--endpoints", all).status == 1)
            #expect(try await Tool.synod("insert", "k", "v", "--endpoints", all).output == "OK\n")
            #expect(try await Tool.synod("insert", "k", "v", "--endpoints", last).status == 1)
            #expect(try await Tool.synod("update", "k", "w", "--endpoints", last).status == 0)
            #expect(try await Tool.synod("get", "k", "--endpoints", last).output == "w\n")
            let input = try await Tool.synod(
                "put", "in", "-", "--endpoints", all, input: "two\nlines")
            #expect(input.status == 0)
            #expect(
                try await Tool.synod("get", "in", "--raw", "--endpoints", all).output
                    == "two\nlines")
            #expect(try await Tool.synod("append", "in", "!", "--endpoints", last).status == 0)
            #expect(
                try await Tool.synod("get", "in", "--hex", "--endpoints", all).output
                    == "\\x74\\x77\\x6f\\x0a\\x6c\\x69\\x6e\\x65\\x73\\x21\n")
            #expect(try await Tool.synod("del", "in", "--endpoints", all).output == "1\n")
            #expect(try await Tool.synod("del", "in", "--endpoints", all).output == "0\n")
        }

        private func reading(_ all: String, _ last: String) async throws {
            for (key, value) in [("p/1", "c"), ("p/2", "b"), ("p/3", "a")] {
                _ = try await Tool.synod("put", key, value, "--endpoints", all)
            }
            let range = try await Tool.synod("get", "p/1", "p/3", "--endpoints", last)
            #expect(range.lines == ["p/1", "c", "p/2", "b"])
            let sorted = try await Tool.synod(
                "get", "p/", "--prefix", "--sort-by", "value", "--print-value-only", "--limit", "2",
                "--endpoints", last)
            #expect(sorted.lines == ["a", "b"])
            let count = try await Tool.synod(
                "get", "p/", "--prefix", "--count-only", "--endpoints", all)
            #expect(count.output == "3\n")
            let json = try await Tool.synod("get", "p/1", "--output", "json", "--endpoints", all)
            #expect(json.output.contains("\"key\":\"cC8x\""))
            #expect(json.output.contains("\"count\":1"))
            let future = try await Tool.synod("get", "p/1", "--rev", "999999", "--endpoints", all)
            #expect(future.status == 1)
            #expect(future.output.contains("required revision is a future revision"))
        }

        private func transaction(_ all: String) async throws {
            let text = "value(\"k\") = \"w\"\n\nput k x\nget k\n\nget k\n\n"
            let first = try await Tool.synod("txn", "--endpoints", all, input: text)
            #expect(first.lines == ["SUCCESS", "OK", "k", "x"])
            let second = try await Tool.synod("txn", "--endpoints", all, input: text)
            #expect(second.lines == ["FAILURE", "k", "x"])
            for text in ["nonsense\n\n", "\nput k\n\n", "\nput k v w\n\n", "\nput k v --rev 1\n\n"]
            {
                let bad = try await Tool.synod("txn", "--endpoints", all, input: text)
                #expect(bad.status == 2)
            }
            try await transactionFlags(all)
            _ = try await Tool.synod("put", "k", "w", "--endpoints", all)
        }

        private func transactionFlags(_ all: String) async throws {
            let lease = try await Tool.synod("lease", "grant", "600", "--endpoints", all)
            let id = try #require(lease.output.split(separator: " ").dropFirst().first)
            let flags = try await Tool.synod(
                "txn", "--endpoints", all,
                input:
                    "\nput k --prev-kv --prev-kv\nput leased 1 --lease \(id)\n\n\n")
            #expect(flags.lines == ["SUCCESS", "OK", "k", "x", "OK"])
            let json = try await Tool.synod(
                "txn", "--output", "json", "--endpoints", all,
                input: "\nput k --prev-kv --prev-kv\nget leased\n\n\n")
            let previous = "\"prev_kv\":{\"key\":\"aw==\","
            #expect(json.output.contains(previous), "\(json.output)")
            let decimal = try #require(Int64(id, radix: 16))
            #expect(json.output.contains("\"lease\":\(decimal)}"), "\(json.output)")
            let ended = try await Tool.synod("lease", "revoke", String(id), "--endpoints", all)
            #expect(ended.status == 0)
            let gone = try await Tool.synod("get", "leased", "--endpoints", all)
            #expect(gone.status == 1)
            let deleted = try await Tool.synod(
                "txn", "--endpoints", all, input: "\ndel k --prev-kv\n\n\n")
            #expect(deleted.lines == ["SUCCESS", "1", "k", "--prev-kv"])
        }

        private func shell(_ node: TestNode) async throws {
            let good = try await Tool.synod(
                "shell", node.host, "\(node.clientPort)",
                input:
                    "insert \"a key\" 'a value'\nretrieve \"a key\"\ndelete \"a key\"\nhelp\nexit\n"
            )
            #expect(good.status == 0)
            #expect(good.lines.prefix(3) == ["OK", "a value", "1"])
            #expect(good.output.contains("keys [PREFIX]"))
            let bad = try await Tool.synod(
                "shell", node.host, "\(node.clientPort)", input: "get missing\nget k\n")
            #expect(bad.status == 1)
            #expect(bad.lines.last == "w")
        }

        private func status(_ cluster: TestCluster) async throws {
            let good = try await Tool.synod("status", "--endpoints", cluster.endpointList)
            #expect(good.status == 0)
            #expect(good.lines.count { $0.contains(" leader ") } == 1)
            #expect(good.lines.count { $0.contains(" follower ") } == 2)
            let json = try await Tool.synod(
                "status", "--output", "json", "--endpoints", cluster.endpointList)
            let list = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
            #expect((list as? [Any])?.count == 3)
            let dead = try await Tool.synod(
                "status", "--endpoints", "127.0.0.1:1,\(cluster.endpointList)", "--timeout", "500")
            #expect(dead.status == 3)
        }

        @Test(.timeLimit(.minutes(1)))
        func nobodyThereIsSaid() async throws {
            let result = try await Tool.synod(
                "put", "a", "b", "--endpoints", "127.0.0.1:1", "--timeout", "300")
            #expect(result.status == 3)
            #expect(result.output.contains("127.0.0.1:1"))
        }

        /// `synod cluster` comes up, answers, and stops cleanly with all its nodes.
        @Test(.timeLimit(.minutes(2)), arguments: [SIGTERM, SIGINT])
        func aLocalClusterRunsAndStops(signal: Int32) async throws {
            let directory = try Places.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let ports = Places.freePorts(6).map(String.init)
            let log = "\(directory)/out"
            var child = try Spawner.start(
                Places.synod,
                [
                    "cluster", "--data-dir", "\(directory)/data", "--client-ports",
                    ports[..<3].joined(separator: ","), "--peer-ports",
                    ports[3...].joined(separator: ","),
                ], log: log)
            let text = { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
            do {
                try await wait("ready") { text().contains("\nready\n") }
                for port in ports[..<3] {
                    let result = try await Tool.synod(
                        "put", "p\(port)", "x", "--endpoints", "127.0.0.1:\(port)")
                    #expect(result.status == 0)
                }
                child.send(signal: signal)
                try await Self.waitForEnd(&child)
            } catch {
                child.send(signal: SIGKILL)
                Issue.record("\(text())")
                throw error
            }
            guard case .exited(0)? = child.end else {
                Issue.record("it ended badly: \(text())")
                return
            }
            #expect(text().hasSuffix("all nodes stopped\n"))
            for port in ports {
                #expect(throws: WaitTimeout.self) { try RawConnection(port: UInt16(port) ?? 0) }
            }
        }

        /// A node that dies is reported with the end of its log, the others go on.
        @Test(.timeLimit(.minutes(1)))
        func aNodeThatDiesIsReported() async throws {
            let directory = try Places.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let log = "\(directory)/out"
            var child = try Spawner.start(
                Places.synod,
                [
                    "cluster", "--data-dir", "\(directory)/data", "--client-ports", "0",
                    "--peer-ports", "0",
                ], log: log)
            defer { child.send(signal: SIGKILL) }
            let text = { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
            try await wait("ready") { text().contains("\nready\n") }
            let line = try #require(text().split(separator: "\n").first { $0.hasPrefix("node2 ") })
            let words = line.split(separator: " ").map(String.init)
            let place = try #require(words.firstIndex(of: "process"))
            let processID = try #require(pid_t(words[place + 1]))
            kill(processID, SIGKILL)
            try await wait("a report of the death") {
                text().contains("node2 was ended by signal 9; the end of")
            }
            #expect(text().contains("INFO"))
            let endpoint = words[1].replacingOccurrences(of: "http://", with: "")
            let first = try #require(text().split(separator: "\n").first { $0.hasPrefix("node1 ") })
                .split(separator: " ")[1].replacingOccurrences(of: "http://", with: "")
            #expect(
                try await Tool.synod("put", "a", "b", "--endpoints", "\(endpoint),\(first)").status
                    == 0)
            child.send(signal: SIGTERM)
            try await Self.waitForEnd(&child)
            #expect(text().hasSuffix("all nodes stopped\n"))
        }

        /// However `synod cluster` ends, its nodes end too.
        @Test(.timeLimit(.minutes(1)))
        func nodesDoNotOutliveTheirCluster() async throws {
            let directory = try Places.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let ports = Places.freePorts(6).map(String.init)
            let log = "\(directory)/out"
            var child = try Spawner.start(
                Places.synod,
                [
                    "cluster", "--data-dir", "\(directory)/data", "--client-ports",
                    ports[..<3].joined(separator: ","), "--peer-ports",
                    ports[3...].joined(separator: ","),
                ], log: log)
            do {
                try await wait("ready") {
                    (try? String(contentsOfFile: log, encoding: .utf8))?.contains("\nready\n")
                        == true
                }
            } catch {
                child.send(signal: SIGKILL)
                throw error
            }
            child.send(signal: SIGKILL)
            try await Self.waitForEnd(&child)
            try await wait("the end of the nodes") {
                ports.allSatisfy { (try? RawConnection(port: UInt16($0) ?? 0)) == nil }
            }
        }

        private static func waitForEnd(_ child: inout ChildProcess) async throws {
            for _ in 0..<4_000 where !child.hasEnded() {
                try await Task.sleep(for: .milliseconds(5))
            }
            let hasEnded = child.hasEnded()
            #expect(hasEnded)
        }
    }
}
