import CertificateTesting
import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Who asks, said in other ways than by a node's own tokens: by a signed token, which no node has to know of, and by
    /// the common name of a certificate.
    @Suite(.serialized) struct TokenTests {
        // MARK: Signed tokens

        private func makeKeys(in directory: String, _ name: String) async throws {
            let (key, other) = ("\(directory)/\(name).key", "\(directory)/\(name).pub")
            for words in [
                ["genrsa", "-out", key, "2048"], ["rsa", "-in", key, "-pubout", "-out", other],
            ] {
                let result = try await Tool.run("/usr/bin/env", ["openssl"] + words)
                #expect(result.status == 0, "\(result.output)")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func signedTokensAreGoodAtEveryNode() async throws {
            let directory = try Places.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            try await makeKeys(in: directory, "ours")
            let options = [
                "--auth-token",
                "jwt,sign-method=RS256,priv-key=\(directory)/ours.key,pub-key=\(directory)/ours.pub,ttl=3s",
                "--bcrypt-cost", "4",
            ]
            try await TestCluster.with(3, options: options) { cluster in
                let urls = cluster.nodes.map(\.url)
                for words in [
                    ["user", "add", "root:secret"], ["user", "grant-role", "root", "root"],
                    ["role", "add", "app"], ["user", "add", "app:other"],
                    ["role", "grant-permission", "app", "readwrite", "--prefix", "/app/"],
                    ["user", "grant-role", "app", "app"], ["auth", "enable"],
                ] {
                    let result = try await etcdctl(urls[0], words)
                    #expect(result.status == 0, "\(words): \(result.output)")
                }
                let token = try await logIn(urls[0])
                #expect(token.split(separator: ".").count == 3)
                for (index, url) in urls.enumerated() {
                    let app = ["--user=app:other"]
                    #expect(try await etcdctl(url, app + ["put", "/app/k", "v"]).lines == ["OK"])
                    let denied = try await etcdctl(url, app + ["put", "/x", "v"])
                    #expect(denied.output.contains("etcdserver: permission denied"))
                    // What one node has issued, each takes, at once: it asks nobody.
                    #expect(try await range(url, token).status == 200, "node \(index)")
                    let bad = try await range(url, String(token.dropLast(2)))
                    #expect(bad.status == 401 && bad.text.contains("invalid auth token"))
                }
                try await tokensEnd(cluster, token)
                try await aNodeWithAnotherKeyKnowsNobody(cluster, directory)
            }
        }

        private func tokensEnd(_ cluster: TestCluster, _ token: String) async throws {
            let urls = cluster.nodes.map(\.url)
            try await wait("the end of the token's time") {
                try await range(urls[1], token).status == 401
            }
            let next = try await logIn(urls[1])
            #expect(try await range(urls[2], next).status == 200)
            let root = try await etcdctl(urls[0], ["--user=root:secret", "role", "add", "another"])
            #expect(root.status == 0, "\(root.output)")
            for url in urls {
                let old = try await range(url, next)
                #expect(old.status == 400 && old.text.contains("revision of auth store is old"))
            }
            // A client that goes on is told so, and logs in again.
            var configuration = ClientConfiguration()
            configuration.user = UserLogin(name: "app", password: "other")
            let client = try Client(
                endpoints: [cluster.endpoints[2].description], configuration: configuration)
            defer { client.close() }
            try await client.put("/app/y", "1")
            _ = try await etcdctl(urls[0], ["--user=root:secret", "role", "add", "third"])
            try await client.put("/app/y", "2")
        }

        private func aNodeWithAnotherKeyKnowsNobody(
            _ cluster: TestCluster, _ directory: String
        ) async throws {
            let node = cluster.nodes[2]
            let token = try await logIn(cluster.nodes[0].url)
            try await node.stop(SIGTERM)
            try await makeKeys(in: directory, "theirs")
            let others = "jwt,sign-method=RS256,priv-key=\(directory)/theirs.key"
            try node.start(
                node.arguments(cluster.nodes, token: cluster.token) + ["--auth-token", others])
            try await wait("the node that was started again") {
                try await range(node.url, token).status == 401
            }
            #expect(try await range(cluster.nodes[1].url, token).status == 200)
            try await node.stop(SIGTERM)
            let mixed = "\(others),pub-key=\(directory)/ours.pub"
            try node.start(
                node.arguments(cluster.nodes, token: cluster.token) + ["--auth-token", mixed])
            try await node.waitForEnd()
            #expect(node.end == .exited(1))
            #expect(node.logText.contains("auth: public and private keys don't match"))
        }

        private func logIn(_ url: String) async throws -> String {
            let answer = try await Tool.curl(
                "\(url)/v3/auth/authenticate", "-d", #"{"name":"app","password":"other"}"#)
            let start = try #require(answer.output.range(of: #""token":""#), "\(answer.output)")
            return String(answer.output[start.upperBound...].prefix { $0 != "\"" })
        }

        private func range(
            _ url: String, _ token: String?, _ words: [String] = []
        ) async throws -> (status: Int, text: String) {
            let who = token.map { ["-H", "Authorization: \($0)"] } ?? []
            let answer = try await Tool.run(
                "/usr/bin/env",
                ["curl", "-s", "--max-time", "10", "-w", "\n%{http_code}", "\(url)/v3/kv/range"]
                    + ["-d", #"{"key":"L2FwcC9r"}"#] + who + words)
            return (Int(answer.lines.last ?? "") ?? 0, answer.output)
        }

        private func etcdctl(_ url: String, _ words: [String]) async throws -> Tool.Result {
            try await Tool.run(
                "/usr/bin/env", ["ETCDCTL_API=3", "etcdctl", "--endpoints", url] + words)
        }

        // MARK: Certificates

        private static func path(_ name: String) -> String { TestCertificates.path(name) }

        private static func tls(_ name: String) -> [String] {
            [
                "--cacert", path("ca.pem"), "--cert", path("\(name).pem"), "--key",
                path("\(name).key"),
            ]
        }

        private static func cluster(_ options: [String]) throws -> TestCluster {
            let directory = try Places.temporaryDirectory()
            var security = ClientSecurity()
            security.trustedAuthoritiesFile = path("ca.pem")
            security.certificateFile = path("alice.pem")
            security.keyFile = path("alice.key")
            let always = [
                "--cert-file", path("server.pem"), "--key-file", path("server.key"),
                "--trusted-ca-file", path("ca.pem"), "--peer-auto-tls", "--bcrypt-cost", "4",
            ]
            return TestCluster(
                nodes: [TestNode(name: "n", directory: directory, isSecure: true)],
                directory: directory, options: always + options, security: security)
        }

        private func makeUsers(_ url: String) async throws {
            for words in [
                ["user", "add", "root:secret"], ["user", "grant-role", "root", "root"],
                ["role", "add", "app"], ["user", "add", "alice", "--no-password"],
                ["role", "grant-permission", "app", "readwrite", "--prefix", "/app/"],
                ["user", "grant-role", "alice", "app"], ["auth", "enable"],
            ] {
                let result = try await etcdctl(url, Self.tls("alice") + words)
                #expect(result.status == 0, "\(words): \(result.output)")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func theNameOfACertificateIsAUserButNotThroughTheGateway() async throws {
            try await TestCluster.with(Self.cluster(["--client-cert-auth"])) { cluster in
                let url = cluster.nodes[0].url
                try await makeUsers(url)
                let alice = Self.tls("alice")
                #expect(try await etcdctl(url, alice + ["put", "/app/k", "v"]).lines == ["OK"])
                let read = try await etcdctl(url, alice + ["get", "/app/k", "--print-value-only"])
                #expect(read.lines == ["v"])
                for words in [["put", "/x", "v"], ["get", "--prefix", "/"], ["user", "list"]] {
                    let denied = try await etcdctl(url, alice + words)
                    #expect(denied.output.contains("etcdserver: permission denied"), "\(words)")
                }
                let unknown = try await etcdctl(url, Self.tls("bob") + ["put", "/app/k", "v"])
                #expect(unknown.output.contains("etcdserver: permission denied"))
                let password = try await etcdctl(url, alice + ["--user=alice:x", "get", "/app/k"])
                #expect(
                    password.output.contains("password was given for no password user"),
                    "\(password.output)")
                // Who says a token is whom the token names.
                let root = try await etcdctl(url, alice + ["--user=root:secret", "user", "list"])
                #expect(root.lines == ["alice", "root"])
                try await aCertificateWithoutANameIsNobodys(url)
                try await theGatewayTakesTokensOnly(url)
            }
        }

        /// As etcd 3.5.1 was seen to answer it.
        private func aCertificateWithoutANameIsNobodys(_ url: String) async throws {
            for (words, refusal) in [
                (["put", "/app/k", "v"], "permission denied"),
                (["get", "/app/k"], "permission denied"),
                (["del", "/app/k"], "permission denied"),
                (["watch", "/app/k"], "permission denied"),
                (["user", "list"], "user name is empty"),
                (["user", "get", "alice"], "user name is empty"),
                (["role", "get", "app"], "user name is empty"),
                (["user", "add", "carol:x"], "user name is empty"),
                (["auth", "disable"], "user name is empty"),
                (["member", "remove", "1234"], "user name is empty"),
            ] {
                let refused = try await etcdctl(url, Self.tls("nameless") + words)
                #expect(
                    refused.output.contains("etcdserver: \(refusal)"),
                    "\(words): \(refused.output)")
            }
        }

        /// etcd's gateway is a client of its own, with a certificate of its own: nobody's name counts there.
        private func theGatewayTakesTokensOnly(_ url: String) async throws {
            let alice = Self.tls("alice")
            for version in ["--http1.1", "--http2"] {
                let nobody = try await range(url, nil, alice + [version])
                #expect(nobody.status == 400, "\(nobody.text)")
                #expect(nobody.text.contains("etcdserver: user name is empty"))
            }
            let plain = try await Tool.run(
                "/usr/bin/env",
                ["curl", "-s", "-w", "\n%{http_code}", "\(url)/kv/get?key=/app/k"] + alice)
            #expect(plain.lines.last == "401", "\(plain.output)")
            let answer = try await Tool.run(
                "/usr/bin/env",
                ["curl", "-s", "\(url)/v3/auth/authenticate", "-d"]
                    + [#"{"name":"root","password":"secret"}"#] + alice)
            let start = try #require(answer.output.range(of: #""token":""#), "\(answer.output)")
            let token = String(answer.output[start.upperBound...].prefix { $0 != "\"" })
            #expect(try await range(url, token, alice).status == 200)
        }

        /// Certificates are asked for, and say nothing of who asks.
        @Test(.timeLimit(.minutes(1)))
        func withoutTheFlagACertificateNamesNobody() async throws {
            try await TestCluster.with(Self.cluster([])) { cluster in
                let url = cluster.nodes[0].url
                try await makeUsers(url)
                let nobody = try await etcdctl(url, Self.tls("alice") + ["get", "/app/k"])
                #expect(nobody.output.contains("etcdserver: user name is empty"))
            }
        }
    }
}
