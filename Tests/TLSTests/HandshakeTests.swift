import Basics
import CertificateTesting
import TLS
import Testing

struct HandshakeTests {
    @Test(
        "bytes go both ways, in pieces of any size, in both versions",
        arguments: TLSVersion.allCases, [1, 7, 100, 100_000])
    func bytes(version: TLSVersion, pieceBytes: Int) throws {
        let server = try Contexts.server {
            $0.versionMin = version
            $0.versionMax = version
        }
        let pair = Pair.shaken(try Contexts.client(), server, pieceBytes: pieceBytes)
        #expect(pair.isOpen)
        #expect(pair.client.version == (version == .tls12 ? "TLSv1.2" : "TLSv1.3"))
        let sizes = pieceBytes < 100 ? [0, 1, 20_000] : [0, 1, 16_384, 16_385, 1_000_000]
        var sent: [UInt8] = []
        for size in sizes {
            let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
            sent += message
            #expect(pair.send(fromClient: message))
            #expect(pair.send(fromServer: message))
            pair.exchange()
        }
        #expect(pair.atServer == sent && pair.atClient == sent)
        pair.sayGoodbye()
        pair.exchange()
        #expect(pair.server.hasInputEnded && pair.isOpen)
    }

    @Test("a certificate that is trusted needs no authority above it that is trusted, too")
    func trustedItself() throws {
        #expect(Pair.shaken(try Contexts.client(trusting: "server"), try Contexts.server()).isOpen)
        #expect(!Pair.shaken(try Contexts.client(trusting: "alice"), try Contexts.server()).isOpen)
    }

    @Test("sides that share no version do not come together")
    func noCommonVersion() throws {
        let old = try Contexts.server { $0.versionMax = .tls12 }
        let new = try Contexts.client { $0.versionMin = .tls13 }
        let pair = Pair.shaken(new, old)
        #expect(!pair.isClientOpen && !pair.isServerOpen)
        #expect(pair.server.error?.description.contains("unsupported protocol") == true)
    }

    @Test("sides that share no cipher suite do not come together, others do")
    func cipherSuites() throws {
        func open(_ server: [String], _ client: [String]) throws -> Bool {
            let left = try Contexts.client {
                $0.versionMax = .tls12
                $0.cipherSuites = client
            }
            return Pair.shaken(left, try Contexts.server { $0.cipherSuites = server }).isOpen
        }
        let (small, large) = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384")
        #expect(try open([small], [small]))
        #expect(try open([large], [small, large]))
        #expect(try !open([large], [small]))
        // A suite of RSA needs a key of RSA.
        #expect(try !open(["ECDHE-RSA-AES128-GCM-SHA256"], []))
    }

    @Test("Go's names of cipher suites are known, and the weak ones are not spoken")
    func names() {
        #expect(
            CipherSuite(goName: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305")
                == .strong("ECDHE-RSA-CHACHA20-POLY1305"))
        #expect(CipherSuite(goName: "TLS_AES_128_GCM_SHA256") == .ofTLS13)
        #expect(CipherSuite(goName: "TLS_RSA_WITH_AES_128_CBC_SHA") == .weak)
        #expect(CipherSuite(goName: "TLS_NOTHING") == nil)
    }

    @Test("a server that speaks RSA is as good")
    func rsa() throws {
        #expect(Pair.shaken(try Contexts.client(), try Contexts.server("server-rsa")).isOpen)
    }

    @Test(
        "the server must be the one that was dialed",
        arguments: [
            ("localhost", "server", "ca", true), ("127.0.0.1", "server", "ca", true),
            ("::1", "server", "ca", true), ("other.example", "server", "ca", false),
            ("127.0.0.2", "server", "ca", false), ("localhost", "stranger", "ca", false),
            ("localhost", "alice", "ca", false), ("localhost", "stranger", "stranger-ca", true),
        ])
    func serverIsVerified(host: String, certificate: String, authority: String, isGood: Bool) throws
    {
        let client = try Contexts.client(trusting: authority)
        let pair = Pair.shaken(client, try Contexts.server(certificate), host: host)
        #expect(pair.isOpen == isGood, "\(pair.client.error.debugDescription)")
        let careless = try Contexts.client(trusting: authority) { $0.verifiesServer = false }
        #expect(Pair.shaken(careless, try Contexts.server(certificate), host: host).isOpen)
    }

    @Test("plain HTTP is told from TLS, and garbage is refused")
    func noTLS() throws {
        for (bytes, isHTTP) in [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", true), ("POST /v3/kv/put HTTP/1.1\r\n", true),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false),
            ("\u{16}\u{3}\u{1}garbage, garbage", false),
            ("garbage all along, of any kind, and long enough to be looked at", false),
        ] {
            let pair = Pair(try Contexts.client(), try Contexts.server())
            pair.inject(toServer: Array(bytes.utf8))
            pair.exchange()
            #expect(!pair.isServerOpen)
            if isHTTP { #expect(pair.server.error == .plainHTTP) }
        }
    }

    @Test("damaged bytes end their session and nothing else", arguments: 0..<20)
    func damaged(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let (client, server) = (try Contexts.client("alice"), try Contexts.server(trusting: "ca"))
        for _ in 0..<20 {
            let pair = Pair.shaken(client, server)
            #expect(pair.isOpen)
            #expect(pair.send(fromClient: Array("before".utf8)))
            pair.exchange()
            pair.inject(toServer: (0..<40).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            pair.exchange()
            #expect(pair.atServer == Array("before".utf8))
        }
    }
}
