import CertificateTesting
import EventLoops
import GRPC
import HTTP
import TLS
import Testing

@testable import Transport

private let echo = "/test.Echo/Unary"
private let flow = "/test.Echo/Stream"

struct TLSTests {
    private static func context(
        _ role: TLSContext.Role, _ name: String?, trusting authority: String? = "ca",
        _ change: (inout TLSPolicy) -> Void = { _ in }
    ) throws -> TLSContext {
        var policy = TLSPolicy()
        policy.demandsCertificate = role == .server && authority != nil
        policy.namesUsers = true
        change(&policy)
        let files = TLSFiles(
            certificate: name.map { TestCertificates.path("\($0).pem") },
            key: name.map { TestCertificates.path("\($0).key") },
            trustedAuthorities: authority.map { TestCertificates.path("\($0).pem") })
        return try TLSContext(role, files.read(), policy)
    }

    /// A server that says who calls, and echoes.
    private func harness(
        _ tls: TLSContext? = nil, _ change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> Harness {
        let harness = Harness()
        harness.router.register(unary: echo) { call, message in
            call.reply(Array((call.peerCommonName ?? "nobody").utf8) + Array(message))
        }
        try harness.start(tls: tls ?? Self.context(.server, "server"), change)
        return harness
    }

    private func client(
        _ harness: Harness, _ name: String? = "alice",
        _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) throws -> ClientConnection {
        let context = try Self.context(.client, name)
        return harness.client {
            $0.tls = context
            change(&$0)
        }
    }

    @Test("calls go through, of any size, and say who calls", arguments: [0, 1, 16_384, 3_000_000])
    func calls(size: Int) throws {
        let harness = try harness()
        let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        let client = try client(harness)
        #expect(try harness.call(client, echo, message).get() == Array("alice".utf8) + message)
        #expect(try harness.call(client, echo, [1]).get() == Array("alice".utf8) + [1])
        let other = try self.client(harness, "deep")
        #expect(try harness.call(other, echo, []).get() == Array("deep".utf8))
    }

    @Test("who shows no good certificate is refused, and told why; the call did certainly not run")
    func refused() throws {
        let harness = try harness()
        for name in [nil, "expired", "stranger"] {
            let client = try client(harness, name)
            let failure = try #require(try harness.call(client, echo, [1]).failure)
            #expect(failure.code == .unavailable)
            #expect(failure.message.contains("alert"))
        }
        #expect(harness.faults.count == 3)
        let plain = harness.client()
        #expect(try harness.call(plain, echo, [1]).failure?.code == .unavailable)
        let careless = harness.client()
        _ = try harness.call(careless, echo, [1])
        #expect(try harness.call(client(harness), echo, []).get() == Array("alice".utf8))
    }

    @Test("the client refuses a server that is not the one it means")
    func wrongServer() throws {
        let harness = try harness()
        let client = try client(harness) { $0.serverName = "other.example" }
        let failure = try #require(try harness.call(client, echo, [1]).failure)
        #expect(failure.message.contains("hostname mismatch") && !failure.wasSent)
        let named = try self.client(harness) { $0.serverName = "localhost" }
        #expect(try harness.call(named, echo, []).get() == Array("alice".utf8))
    }

    @Test("plain HTTP on a port for TLS is answered as Go's servers do, and nothing is served")
    func plainText() throws {
        let harness = try harness()
        let client = RawClient(loop: harness.loop, port: harness.port)
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(harness.run { client.isClosed })
        #expect(client.text.hasSuffix("Client sent an HTTP request to an HTTPS server.\n"))
        let binary = RawClient(loop: harness.loop, port: harness.port)
        binary.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        #expect(harness.run { binary.isClosed })
        #expect(!binary.text.contains("HTTP"))
    }

    @Test(
        "a handshake that is not finished in time ends; so does the oldest when there are too many")
    func slowHandshake() throws {
        let harness = try harness {
            $0.handshakeMilliseconds = 300
            $0.handshakesMax = 3
        }
        let silent = (0..<5).map { _ in RawClient(loop: harness.loop, port: harness.port) }
        #expect(harness.run { silent.count(where: \.isClosed) == 2 })
        #expect(harness.faults == Array(repeating: "too many TLS handshakes at once", count: 2))
        // One that knows what it wants finds a place all the same.
        let client = try client(harness)
        #expect(try harness.call(client, echo, []).get() == Array("alice".utf8))
        #expect(harness.run { silent.allSatisfy(\.isClosed) })
        #expect(harness.faults.last == "no request within the time for it")
        #expect(harness.server?.openConnections == 1)
    }

    @Test(
        "many handshakes at once all come through, with whatever comes right behind them",
        arguments: [1, 100_000])
    func manyHandshakes(size: Int) throws {
        let harness = try harness()
        let context = try Self.context(.client, "alice")
        let clients = (0..<100).map { _ in harness.client { $0.tls = context } }
        var answers = 0
        for client in clients {
            client.unary(echo, [UInt8](repeating: 1, count: size)) {
                if case .success = $0 { answers += 1 }
            }
        }
        #expect(harness.run { answers == 100 || !harness.faults.isEmpty })
        #expect(answers == 100)
        #expect(harness.faults.isEmpty)
    }

    @Test("another certificate counts for those who come after it")
    func reload() throws {
        let harness = try harness()
        let old = try client(harness)
        #expect(try harness.call(old, echo, []).get() == Array("alice".utf8))
        harness.server?.tls = try Self.context(.server, "server", trusting: "stranger-ca")
        #expect(try harness.call(old, echo, [2]).get() == Array("alice".utf8) + [2])
        #expect(try harness.call(client(harness), echo, []).failure?.code == .unavailable)
        #expect(
            try harness.call(client(harness, "stranger"), echo, []).get() == Array("stranger".utf8))
    }

    @Test(
        "where addresses are checked, a certificate is good at its own place only",
        arguments: [
            ("alice", true), ("server", true), ("named", true), ("elsewhere", false),
            ("misnamed", false),
        ])
    func addresses(name: String, isGood: Bool) throws {
        let harness = try harness { $0.checksAddresses = true }
        let result = try harness.call(client(harness, name), echo, [])
        #expect((result.failure == nil) == isGood, "\(result)")
        #expect(harness.faults.isEmpty == isGood)
    }

    @Test("a client that reads slowly makes the server hold back, and gets everything later")
    func slowReader() throws {
        let harness = Harness()
        var server: ServerStream?
        harness.router.register(stream: flow) { server = $0 }
        try harness.start(tls: Self.context(.server, "server"))
        let client = try client(harness) {
            $0.http2.streamWindowBytes = 70_000
            $0.http2.connectionWindowBytes = 70_000
        }
        var bytes = 0
        let stream = client.stream(flow)
        stream.onMessage = { bytes += $0.count }
        #expect(harness.run { server != nil })
        #expect(server?.peerCommonName == "alice")
        for _ in 0..<40 { server?.send([UInt8](repeating: 1, count: 100_000)) }
        #expect((server?.bufferedBytes ?? 0) >= 4_000_000)
        #expect(harness.run { bytes == 4_000_000 })
        #expect(server?.bufferedBytes == 0)
    }

    @Test("64 MB go one way, in order, while the sender holds little")
    func bulk() throws {
        let harness = Harness()
        var received = 0
        var isOrdered = true
        harness.router.register(stream: flow, maxMessageBytes: 2 << 20) { stream in
            stream.onMessage = { message in
                isOrdered = isOrdered && message[0] == UInt8(received & 255)
                received += 1
                if received == 64 { stream.finish() }
            }
        }
        try harness.start(tls: Self.context(.server, "server")) { $0.http2 = .peers }
        let client = try client(harness) { $0.http2 = .peers }
        let stream = client.stream(flow)
        var sent = 0
        func feed() {
            while sent < 64 && stream.bufferedBytes < 4 << 20 {
                stream.send([UInt8](repeating: UInt8(sent & 255), count: 1 << 20))
                sent += 1
            }
        }
        stream.onDrain = { feed() }
        feed()
        #expect(harness.run(seconds: 30) { received == 64 })
        #expect(isOrdered)
    }
}
