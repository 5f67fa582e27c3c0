import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Users and roles as etcdctl makes and uses them, through every node, and by our own commands and client.
    @Suite(.serialized) struct UserTests {
        private func make(_ endpoint: String) async throws {
            let root = try await ok(endpoint, "user", "add", "root:secret")
            #expect(root == ["User root created"])
            _ = try await ok(endpoint, "user", "grant-role", "root", "root")
            #expect(try await ok(endpoint, "role", "add", "app") == ["Role app created"])
            _ = try await ok(
                endpoint, "role", "grant-permission", "app", "readwrite", "--prefix", "/app/")
            _ = try await ok(endpoint, "user", "add", "app:other")
            _ = try await ok(endpoint, "user", "grant-role", "app", "app")
            #expect(try await ok(endpoint, "auth", "enable") == ["Authentication Enabled"])
        }

        @Test(.timeLimit(.minutes(2)))
        func etcdctlMakesUsersAndActsAsThem() async throws {
            try await TestCluster.with(3) { cluster in
                let endpoints = cluster.endpoints.map(\.description)
                try await make(endpoints[0])
                for endpoint in endpoints {
                    let app = ["--user=app:other"]
                    #expect(try await ok(endpoint, app + ["put", "/app/x", endpoint]) == ["OK"])
                    #expect(
                        try await ok(endpoint, app + ["get", "/app/x", "--print-value-only"])
                            == [endpoint])
                    #expect(try await ok(endpoint, app + ["get", "--prefix", "/app/"]).count == 2)
                    try await refused(
                        endpoint, app + ["put", "/other", "v"], "etcdserver: permission denied")
                    try await refused(
                        endpoint, app + ["get", "--from-key", "/app/"],
                        "etcdserver: permission denied")
                    try await refused(
                        endpoint, app + ["user", "list"], "etcdserver: permission denied")
                    try await refused(
                        endpoint, ["put", "/app/x", "v"], "etcdserver: user name is empty")
                    try await refused(
                        endpoint, ["--user=app:wrong", "put", "/app/x", "v"],
                        "etcdserver: authentication failed, invalid user ID or password")
                    let root = ["--user=root:secret"]
                    #expect(try await ok(endpoint, root + ["user", "list"]) == ["app", "root"])
                    #expect(
                        try await ok(endpoint, root + ["user", "get", "app"])
                            == ["User: app", "Roles: app"])
                    #expect(
                        try await ok(endpoint, root + ["role", "get", "app"]) == [
                            "Role app", "KV Read:", "\t[/app/, /app0) (prefix /app/)",
                            "KV Write:", "\t[/app/, /app0) (prefix /app/)",
                        ])
                }
                // Who may do what outlives the processes.
                let node = cluster.nodes[1]
                try await node.stop(SIGKILL)
                try cluster.start(node)
                try await refused(
                    endpoints[0], ["put", "/app/x", "v"], "etcdserver: user name is empty")
                try await wait("the node that was started again") {
                    let answer = try await etcdctl(
                        endpoints[1], ["--user=app:other", "put", "/app/x", "again"])
                    return answer.status == 0
                }
                try await refused(
                    endpoints[1], ["--user=app:other", "put", "/x", "v"],
                    "etcdserver: permission denied")
                let disabled = try await ok(
                    endpoints[2], ["--user=root:secret", "auth", "disable"])
                #expect(disabled == ["Authentication Disabled"])
                #expect(try await ok(endpoints[0], ["put", "/x", "v"]) == ["OK"])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func ourCommandsAndClientLogInByThemselves() async throws {
            try await TestCluster.with(1) { cluster in
                let endpoint = cluster.endpoints[0].description
                func synod(_ words: [String], as user: String? = nil) async throws -> Tool.Result {
                    let who = user.map { ["--user=\($0)"] } ?? []
                    return try await Tool.run(
                        Places.synod, words + ["--endpoints=\(endpoint)"] + who)
                }
                for words in [
                    ["user", "add", "root:secret"], ["user", "grant-role", "root", "root"],
                    ["role", "add", "app"], ["user", "add", "app:other"],
                    ["role", "grant-permission", "app", "readwrite", "/app/", "--prefix"],
                    ["user", "grant-role", "app", "app"], ["auth", "enable"],
                ] {
                    #expect(try await synod(words).status == 0, "\(words)")
                }
                #expect(try await synod(["put", "/app/x", "v"]).status != 0)
                #expect(try await synod(["put", "/app/x", "v"], as: "app:other").status == 0)
                #expect(try await synod(["put", "/x", "v"], as: "app:other").status != 0)
                #expect(
                    try await synod(["get", "/app/x"], as: "app:other").lines.last == "v")
                #expect(
                    try await synod(["user", "list"], as: "root:secret").lines == ["app", "root"])
                #expect(
                    try await synod(["role", "get", "app"], as: "app:other").lines
                        == ["readwrite /app/ /app0"])
                #expect(try await synod(["auth", "status"]).lines[0].hasPrefix("enabled "))
                try await clientLogsInAgain(endpoint)
            }
        }

        /// A token that is void, because the user's password is another one, or rights have changed.
        private func clientLogsInAgain(_ endpoint: String) async throws {
            var configuration = ClientConfiguration()
            configuration.user = UserLogin(name: "root", password: "secret")
            let root = try Client(endpoints: [endpoint], configuration: configuration)
            defer { root.close() }
            configuration.user = UserLogin(name: "app", password: "other")
            let app = try Client(endpoints: [endpoint], configuration: configuration)
            defer { app.close() }
            try await app.put("/app/y", "1")
            try await root.setPassword("other", of: "app")
            try await app.put("/app/y", "2")
            #expect(
                try await app.get(.key(Array("/app/y".utf8))).pairs.first?.value == Array("2".utf8))
            await #expect(throws: ClientError.self) { try await app.put("/y", "3") }
            configuration.user = UserLogin(name: "app", password: "wrong")
            let stranger = try Client(endpoints: [endpoint], configuration: configuration)
            defer { stranger.close() }
            do {
                try await stranger.put("/app/y", "4")
                Issue.record("a wrong password was taken")
            } catch {
                #expect(error.isDefinite && error.message.contains("authentication failed"))
            }
        }

        private func ok(_ endpoint: String, _ words: String...) async throws -> [String] {
            try await ok(endpoint, words)
        }

        private func ok(_ endpoint: String, _ words: [String]) async throws -> [String] {
            let answer = try await etcdctl(endpoint, words)
            #expect(answer.status == 0, "\(words): \(answer.output)")
            return answer.lines
        }

        private func etcdctl(_ endpoint: String, _ words: [String]) async throws -> Tool.Result {
            try await Tool.run(
                "/usr/bin/env", ["ETCDCTL_API=3", "etcdctl", "--endpoints", endpoint] + words)
        }

        private func refused(
            _ endpoint: String, _ words: [String], _ reason: String
        ) async throws {
            let answer = try await etcdctl(endpoint, words)
            #expect(answer.status != 0 && answer.output.contains(reason), "\(answer.output)")
        }
    }
}
