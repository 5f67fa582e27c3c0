import CertificateTesting
import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Clusters that speak TLS, with everybody's tools; and those who must not get in.
    @Suite(.serialized) struct TLSTests {
        private static func path(_ name: String) -> String { TestCertificates.path(name) }

        /// Both ports want certificates of the test's authority.
        private static let mutual = [
            "--cert-file", path("server.pem"), "--key-file", path("server.key"),
            "--trusted-ca-file", path("ca.pem"), "--client-cert-auth",
            "--client-crl-file", path("crl.pem"),
            "--peer-cert-file", path("server.pem"), "--peer-key-file", path("server.key"),
            "--peer-trusted-ca-file", path("ca.pem"), "--peer-client-cert-auth",
        ]

        private static func security(_ name: String? = "alice") -> ClientSecurity {
            var security = ClientSecurity()
            security.trustedAuthoritiesFile = path("ca.pem")
            security.certificateFile = name.map { path("\($0).pem") }
            security.keyFile = name.map { path("\($0).key") }
            return security
        }

        private static func cluster(_ count: Int, _ options: [String]) throws -> TestCluster {
            let directory = try Places.temporaryDirectory()
            let nodes = (0..<count).map {
                TestNode(name: "n\($0)", directory: directory, isSecure: true)
            }
            return TestCluster(
                nodes: nodes, directory: directory, options: options, security: security())
        }

        private static func tls(_ name: String) -> [String] {
            [
                "--cacert", path("ca.pem"), "--cert", path("\(name).pem"), "--key",
                path("\(name).key"),
            ]
        }

        @Test(
            "health and metrics are served in the clear where that is asked for, and nothing else is"
        )
        func metricsBesideClients() async throws {
            let port = Places.freePorts(1)[0]
            let options = Self.mutual + ["--listen-metrics-urls", "http://127.0.0.1:\(port)"]
            try await TestCluster.with(Self.cluster(1, options)) { cluster in
                let url = "http://127.0.0.1:\(port)"
                let health = try await Tool.curl("-sS", "\(url)/health")
                #expect(health.output.hasPrefix("{\"health\":\"true\""), "\(health.output)")
                #expect(try await Tool.curl("-sS", "\(url)/readyz").output.hasPrefix("ok"))
                let metrics = try await Tool.curl("-sS", "\(url)/metrics")
                #expect(metrics.output.contains("etcd_server_has_leader 1"))
                for path in ["v3/kv/range", "kv/get?key=a", "admin/roles", "", "debug/vars"] {
                    let answer = try await Tool.curl(
                        "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-d", "{}", "\(url)/\(path)"
                    )
                    #expect(answer.output == "404", "\(path)")
                }
                let call = try await etcdctl(url, ["get", "a", "--command-timeout=2s"])
                #expect(call.status != 0)
                // The clients' port wants a certificate for the same pages.
                let refused = try await Tool.curl(
                    "-sS", "--cacert", Self.path("ca.pem"), "\(cluster.nodes[0].url)/health")
                #expect(refused.status != 0)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func everybodysToolsSpeakTLS() async throws {
            try await TestCluster.with(Self.cluster(3, Self.mutual)) { cluster in
                for (index, node) in cluster.nodes.enumerated() {
                    let (url, alice) = (node.url, Self.tls("alice"))
                    let put = try await etcdctl(url, alice + ["put", "k\(index)", "v"])
                    #expect(put.status == 0 && put.lines == ["OK"])
                    let curl = try await Tool.run(
                        "/usr/bin/env",
                        ["curl", "-sS", "--http1.1"] + alice + [
                            "\(url)/v3/kv/range", "-d", "{\"key\":\"aw==\",\"count_only\":true}",
                        ])
                    #expect(curl.output.contains("raft_term"), "\(curl.output)")
                    let http2 = try await Tool.run(
                        "/usr/bin/env", ["curl", "-sS", "--http2"] + alice + ["\(url)/health"])
                    #expect(http2.output.contains("\"health\":\"true\""), "\(http2.output)")
                    let own = try await Tool.run(
                        Places.synod, ["get", "k\(index)", "--endpoints", url] + alice)
                    #expect(own.output.contains("v"))
                }
                try await theVersionIsTheOldestOrNewest(cluster.nodes[0])
                try await nobodyElseGetsIn(cluster.nodes[0])
            }
        }

        private func etcdctl(_ url: String, _ words: [String]) async throws -> Tool.Result {
            try await Tool.run(
                "/usr/bin/env",
                ["ETCDCTL_API=3", "etcdctl", "--endpoints", url, "--dial-timeout", "2s"]
                    + ["--command-timeout", "2s"] + words)
        }

        private func theVersionIsTheOldestOrNewest(_ node: TestNode) async throws {
            for (flag, version) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
                let result = try await openssl(node, [flag, "-alpn", "h2"])
                #expect(
                    result.output.contains(version) && result.output.contains("ALPN protocol: h2"))
            }
            let old = try await openssl(node, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
            #expect(old.status != 0)
            let other = try await openssl(node, ["-alpn", "spdy/3"])
            #expect(other.output.contains("no application protocol"))
        }

        private func openssl(_ node: TestNode, _ words: [String]) async throws -> Tool.Result {
            let words =
                [
                    "s_client", "-connect", "127.0.0.1:\(node.clientPort)", "-CAfile",
                    Self.path("ca.pem"),
                ]
                + ["-cert", Self.path("alice.pem"), "-key", Self.path("alice.key")] + words
            return try await Tool.run("/usr/bin/env", ["openssl"] + words)
        }

        /// No certificate, a wrong one, plain text: nothing is served, and others are.
        private func nobodyElseGetsIn(_ node: TestNode) async throws {
            let put = ["put", "intruder", "x"]
            let bare = try await etcdctl(node.url, ["--cacert", Self.path("ca.pem")] + put)
            #expect(bare.status != 0)
            for name in ["expired", "stranger", "bob", "server-only"] {
                let result = try await etcdctl(node.url, Self.tls(name) + put)
                #expect(result.status != 0, "\(name): \(result.output)")
            }
            let clear = try await etcdctl("http://127.0.0.1:\(node.clientPort)", put)
            #expect(clear.status != 0)
            let plain = try await Tool.curl("http://127.0.0.1:\(node.clientPort)/health")
            #expect(plain.output.contains("Client sent an HTTP request to an HTTPS server."))
            // A handshake that goes no further keeps nobody else out.
            let slow = try (0..<50).map { _ in try RawConnection(port: node.clientPort) }
            for connection in slow { connection.send([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]) }
            let found = try await etcdctl(node.url, Self.tls("alice") + ["get", "intruder"])
            #expect(found.status == 0 && found.lines.isEmpty)
            withExtendedLifetime(slow) {}
        }

        @Test(.timeLimit(.minutes(1)))
        func certificatesAreReadAgainWithoutARestart() async throws {
            let directory = try Places.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            func install(_ name: String, as file: String) throws {
                try Data(contentsOf: URL(fileURLWithPath: Self.path(name)))
                    .write(to: URL(fileURLWithPath: "\(directory)/\(file)"), options: .atomic)
            }
            try install("server.pem", as: "c.pem")
            try install("server.key", as: "c.key")
            try install("crl-none.pem", as: "crl.pem")
            let options = [
                "--cert-file", "\(directory)/c.pem", "--key-file", "\(directory)/c.key",
                "--trusted-ca-file", Self.path("ca.pem"), "--client-cert-auth",
                "--client-crl-file", "\(directory)/crl.pem", "--peer-auto-tls",
            ]
            try await TestCluster.with(Self.cluster(1, options)) { cluster in
                let node = cluster.nodes[0]
                let open = try cluster.client(of: node)
                defer { open.close() }
                try await open.put("before", "1")
                #expect(try await etcdctl(node.url, Self.tls("bob") + ["get", "x"]).status == 0)
                #expect(try await openssl(node, []).output.contains("subject=CN = server\n"))
                try install("crl.pem", as: "crl.pem")
                try install("server-next.pem", as: "c.pem")
                // For a moment certificate and key do not belong together: the old ones serve.
                try await wait("a complaint") {
                    node.logText.contains("certificates cannot be read again")
                }
                #expect(try await etcdctl(node.url, Self.tls("bob") + ["get", "x"]).status == 0)
                try install("server-next.key", as: "c.key")
                try await wait("the new certificate") {
                    try await openssl(node, []).output.contains("subject=CN = server-next")
                }
                #expect(try await etcdctl(node.url, Self.tls("bob") + ["get", "x"]).status != 0)
                #expect(try await etcdctl(node.url, Self.tls("alice") + ["get", "x"]).status == 0)
                try await open.put("after", "2")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func aNodeWithoutTheCertificateDoesNotJoin() async throws {
            let cluster = try Self.cluster(3, Self.mutual)
            do {
                for node in cluster.nodes.dropLast() { try cluster.start(node) }
                let stranger = cluster.nodes[2]
                let words = stranger.arguments(cluster.nodes, token: cluster.token) + Self.mutual
                // It shows a certificate of another authority to its peers.
                let changed = words.map { word in
                    word == Self.path("server.pem") || word == Self.path("server.key")
                        ? word.replacingOccurrences(of: "/server.", with: "/stranger.") : word
                }
                try stranger.start(changed)
                try await wait("a complaint of a peer", seconds: 20) {
                    cluster.nodes[0].logText.contains("certificate")
                        || cluster.nodes[1].logText.contains("certificate")
                }
                #expect(!cluster.nodes.contains { $0.logText.contains("the cluster is formed") })
                try await stranger.stop(SIGTERM)
                try cluster.start(stranger)
                try await cluster.waitUntilAllAnswer()
                await cluster.end()
            } catch {
                cluster.recordLogs(after: error)
                await cluster.end()
                throw error
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func certificatesThatVouchForThemselvesAreMade() async throws {
            let directory = try Places.temporaryDirectory()
            let nodes = (0..<3).map {
                TestNode(name: "n\($0)", directory: directory, isSecure: true)
            }
            var careless = ClientSecurity()
            careless.skipsVerification = true
            let cluster = TestCluster(
                nodes: nodes, directory: directory, options: ["--auto-tls", "--peer-auto-tls"],
                security: careless)
            try await TestCluster.with(cluster) { cluster in
                let node = cluster.nodes[0]
                let certificate = "\(node.dataDirectory)/fixtures/client/cert.pem"
                let first = try Data(contentsOf: URL(fileURLWithPath: certificate))
                let trusting = try await etcdctl(
                    node.url, ["--cacert", certificate, "put", "a", "b"])
                #expect(trusting.status == 0, "\(trusting.output)")
                let key = "\(node.dataDirectory)/fixtures/client/key.pem"
                let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions]
                #expect(mode as? Int == 0o600)
                try await node.stop(SIGTERM)
                try cluster.start(node)
                try await cluster.waitUntilAnswers(node)
                #expect(try Data(contentsOf: URL(fileURLWithPath: certificate)) == first)
            }
        }
    }
}
