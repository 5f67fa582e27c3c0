import Basics
import CertificateTesting
import TLS

/// A client and a server with nothing between them but two queues.
final class Pair {
    let client: TLSSession
    let server: TLSSession
    private(set) var isClientOpen = false
    private(set) var isServerOpen = false
    /// Plaintext that came to either side, so far.
    private(set) var atClient: [UInt8] = []
    private(set) var atServer: [UInt8] = []
    private let toClient = ByteQueue()
    private let toServer = ByteQueue()
    /// So many bytes are handed over at a time.
    private let pieceBytes: Int

    init(
        _ client: TLSContext, _ server: TLSContext, host: String? = "localhost",
        address: String = "127.0.0.1", pieceBytes: Int = 100_000
    ) {
        self.client = TLSSession(client, scratch: TLSScratch(), host: host, address: "127.0.0.1")
        self.server = TLSSession(server, scratch: TLSScratch(), address: address)
        self.pieceBytes = pieceBytes
    }

    /// Makes one, and shakes hands.
    static func shaken(
        _ client: TLSContext, _ server: TLSContext, host: String? = "localhost",
        address: String = "127.0.0.1", pieceBytes: Int = 100_000
    ) -> Pair {
        let pair = Pair(client, server, host: host, address: address, pieceBytes: pieceBytes)
        pair.shake()
        return pair
    }

    /// Whether both sides are content.
    var isOpen: Bool { isClientOpen && isServerOpen && client.error == nil && server.error == nil }

    /// Goes on until neither side has anything to say.
    func shake() {
        var taken = 0
        isClientOpen =
            client.handshake(UnsafeRawBufferPointer(start: nil, count: 0), taken: &taken) == .open
        exchange()
    }

    /// Carries bytes to and fro until there are none.
    func exchange() {
        while true {
            client.drain(into: toServer)
            server.drain(into: toClient)
            guard !toServer.isEmpty || !toClient.isEmpty else { return }
            carry(toServer, to: server, isOpen: &isServerOpen) { self.atServer += $0 }
            server.drain(into: toClient)
            carry(toClient, to: client, isOpen: &isClientOpen) { self.atClient += $0 }
        }
    }

    func send(fromClient bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { client.seal($0, into: toServer) }
    }

    func send(fromServer bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { server.seal($0, into: toClient) }
    }

    /// Bytes that no TLS made.
    func inject(toServer bytes: [UInt8]) { toServer.append(bytes) }

    func sayGoodbye() { client.sayGoodbye(into: toServer) }

    private func carry(
        _ queue: ByteQueue, to session: TLSSession, isOpen: inout Bool,
        _ deliver: ([UInt8]) -> Void
    ) {
        while !queue.isEmpty {
            let piece = Array(queue.bytes.prefix(pieceBytes))
            queue.consume(piece.count)
            guard session.error == nil else { continue }
            piece.withUnsafeBytes { bytes in
                var taken = 0
                if !isOpen { isOpen = session.handshake(bytes, taken: &taken) == .open }
                guard isOpen, taken < bytes.count else { return }
                let rest = UnsafeRawBufferPointer(rebasing: bytes[taken...])
                _ = session.receive(rest) { deliver(Array($0)) }
            }
        }
    }
}

/// Contexts of the test certificates.
enum Contexts {
    static func server(
        _ name: String = "server", trusting authority: String? = nil, revocations: String? = nil,
        _ change: (inout TLSPolicy) -> Void = { _ in }
    ) throws -> TLSContext {
        var policy = TLSPolicy()
        policy.demandsCertificate = authority != nil
        change(&policy)
        return try TLSContext(
            .server, files(name, trusting: authority, revocations: revocations).read(), policy)
    }

    static func client(
        _ name: String? = nil, trusting authority: String? = "ca",
        _ change: (inout TLSPolicy) -> Void = { _ in }
    ) throws -> TLSContext {
        var policy = TLSPolicy()
        change(&policy)
        return try TLSContext(.client, files(name, trusting: authority).read(), policy)
    }

    static func files(
        _ name: String?, trusting authority: String?, revocations: String? = nil
    ) -> TLSFiles {
        TLSFiles(
            certificate: name.map { TestCertificates.path("\($0).pem") },
            key: name.map { TestCertificates.path("\($0).key") },
            trustedAuthorities: authority.map { TestCertificates.path("\($0).pem") },
            revocations: revocations.map { TestCertificates.path($0) })
    }
}
