import Foundation
import SynodClient
import Testing

extension ProcessTests {
    /// curl's view: the REST API, the JSON gateway and the plain pages, through different nodes.
    @Suite(.serialized) struct DoorTests {
        @Test(.timeLimit(.minutes(1)))
        func curlWorksAgainstEveryNode() async throws {
            try await TestCluster.with(3) { cluster in
                try await rest(cluster.nodes.map(\.url))
                try await sequentialReadsDoNotGoBack(cluster.nodes.map(\.url))
                try await retriesExecuteOnce(cluster.nodes.map(\.url))
                try await gateway(cluster.nodes.map(\.url))
                try await pages(cluster)
            }
        }

        @Test("connections are not bounded by the soft limit of open files, which is low by custom")
        func openFiles() async throws {
            let directory = try Places.temporaryDirectory()
            let node = TestNode(
                name: "n0", directory: directory,
                prefix: ["/bin/sh", "-c", "ulimit -S -n 256; exec \"$0\" \"$@\""])
            try await TestCluster.with(TestCluster(nodes: [node], directory: directory)) { _ in
                let process = try #require(node.processID)
                let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
                let line = try #require(
                    limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
                let numbers = line.split(separator: " ").compactMap { Int($0) }
                #expect(numbers.count == 2 && numbers[0] == numbers[1], "\(line)")
            }
        }

        private func rest(_ urls: [String]) async throws {
            for (index, url) in urls.enumerated() {
                let other = urls[(index + 1) % urls.count]
                let key = "colour\(index)"
                #expect(try await status(.post, "\(url)/kv/set?key=\(key)&value=blue%20%26") == 200)
                #expect(try await body("\(other)/kv/get?key=\(key)") == "blue &")
                #expect(try await status(.post, "\(url)/kv/insert?key=\(key)&value=red") == 409)
                #expect(try await status(.post, "\(other)/kv/update?key=no&value=x") == 404)
                #expect(try await status(.post, "\(other)/kv/update?key=\(key)&value=red") == 200)
                #expect(try await status(.post, "\(url)/kv/append?key=\(key)&value=-ish") == 200)
                #expect(try await body("\(other)/kv/get?key=\(key)") == "red-ish")
                #expect(try await status(.delete, "\(other)/kv/delete?key=\(key)") == 200)
                #expect(try await status(.get, "\(url)/kv/get?key=\(key)") == 404)
                #expect(try await status(.get, "\(url)/kv/get") == 400)
            }
            let multi = try await Tool.curl(
                "--json", "{\"m/a\":\"1\",\"m/b\":\"2\"}",
                "\(urls[0])/kv/set-multi")
            #expect(multi.status == 0)
            #expect(
                try await body("\(urls[1])/kv/keys?prefix=m/&consistency=linearizable").contains(
                    "m/b"))
            let change = try await Tool.curl(
                "--json", "{\"key\":\"count\",\"op\":\"add\",\"delta\":5}", "\(urls[1])/kv/rmw")
            #expect(change.status == 0)
            #expect(try await body("\(urls[2])/kv/get?key=count") == "5")
        }

        /// A token from one node makes a sequential read on another one wait for what it stands for.
        private func sequentialReadsDoNotGoBack(_ urls: [String]) async throws {
            for number in 0..<30 {
                let answer = try await Tool.curl(
                    "-i", "-X", "POST", "\(urls[number % 3])/kv/set?key=seq&value=\(number)")
                let header = answer.lines.first {
                    $0.lowercased().hasPrefix("x-synod-read-token:")
                }
                let token = try #require(header).trimmingCharacters(in: .whitespacesAndNewlines)
                let read = try await Tool.curl(
                    "-H", token, "\(urls[(number + 1) % 3])/kv/get?key=seq&consistency=sequential")
                #expect(read.output == "\(number)")
            }
        }

        /// The same idempotency key at each node.
        private func retriesExecuteOnce(_ urls: [String]) async throws {
            let answer = try await json("\(urls[0])/kv/session", "{}")
            let session = try #require(answer["session"] as? Int)
            var answers: Set<String> = []
            for url in urls + urls {
                let append = try await Tool.curl(
                    "-X", "POST", "-H", "Idempotency-Key: \(session)-1",
                    "\(url)/kv/append?key=once&value=x")
                answers.insert(append.output)
            }
            #expect(answers.count == 1)
            #expect(answers.first?.hasPrefix("{\"length\":1,") == true)
            #expect(try await body("\(urls[2])/kv/get?key=once") == "x")
            let unknown = try await Tool.curl(
                "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-H",
                "Idempotency-Key: 1-1", "\(urls[1])/kv/append?key=once&value=x")
            #expect(unknown.output == "410")
        }

        private func gateway(_ urls: [String]) async throws {
            let put = try await json(
                "\(urls[0])/v3/kv/put", "{\"key\":\"Zm9v\",\"value\":\"YmFy\"}")
            #expect((put["header"] as? [String: Any])?["revision"] is String)
            for url in urls {
                let range = try await json("\(url)/v3/kv/range", "{\"key\":\"Zm9v\"}")
                let pairs = try #require(range["kvs"] as? [[String: Any]])
                #expect(pairs.first?["value"] as? String == "YmFy")
                #expect(range["count"] as? String == "1")
                #expect(range["more"] == nil)
                let status = try await json("\(url)/v3/maintenance/status", "{}")
                #expect(status["version"] as? String == "3.6.0")
                let members = try await json("\(url)/v3/cluster/member/list", "{}")
                #expect((members["members"] as? [Any])?.count == 3)
            }
            let bad = try await json("\(urls[1])/v3/kv/put", "{}")
            #expect(bad["message"] as? String == "etcdserver: key is not provided")
        }

        private func pages(_ cluster: TestCluster) async throws {
            for node in cluster.nodes {
                let health = try await body("\(node.url)/health")
                #expect(health.contains("\"health\":\"true\""))
                #expect(try await body("\(node.url)/version").contains("etcdserver"))
                let metrics = try await body("\(node.url)/metrics")
                #expect(metrics.contains("etcd_server_has_leader 1"))
                #expect(try await status(.get, "\(node.url)/nowhere") == 404)
            }
        }

        private enum Method: String { case get = "GET", post = "POST", delete = "DELETE" }

        private func status(_ method: Method, _ url: String) async throws -> Int {
            let result = try await Tool.curl(
                "-o", "/dev/null", "-w", "%{http_code}", "-X", method.rawValue, url)
            return try #require(Int(result.output))
        }

        private func body(_ url: String) async throws -> String {
            try await Tool.curl(url).output
        }

        private func json(_ url: String, _ request: String) async throws -> [String: Any] {
            let result = try await Tool.curl("--json", request, url)
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
            return try #require(object as? [String: Any])
        }
    }
}
