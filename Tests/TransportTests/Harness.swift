import EventLoops
import GRPC
import TLS
import Testing

@testable import Transport

/// A server and clients on one loop, in the test's own thread.
final class Harness {
    let loop = EventLoop()
    let router = Router()
    private(set) var server: Server?
    /// Faults that the server reported.
    private(set) var faults: [String] = []

    /// Starts the server on a free port; call it after the routes are registered.
    func start(
        tls: TLSContext? = nil, _ change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.addresses[0].isSecure = tls != nil
        change(&configuration)
        let server = Server(loop: loop, configuration: configuration, router: router)
        server.onConnectionFault = { [weak self] _, reason in self?.faults.append(reason) }
        server.tls = tls
        try server.start()
        self.server = server
    }

    var port: UInt16 { server?.ports.first ?? 0 }

    func client(_ change: (inout ClientConfiguration) -> Void = { _ in }) -> ClientConnection {
        var configuration = ClientConfiguration(host: "127.0.0.1", port: port)
        change(&configuration)
        return ClientConnection(loop: loop, configuration: configuration)
    }

    /// Runs the loop until `condition` holds, at most `seconds`; says whether it does.
    @discardableResult
    func run(seconds: UInt64 = 10, until condition: () -> Bool) -> Bool {
        let end = loop.now + seconds * 1_000_000_000
        let ticker = loop.schedule(afterMilliseconds: 5, repeating: 5) {}
        defer { ticker.cancel() }
        while !condition() && loop.now < end { loop.runOnce(waiting: true) }
        return condition()
    }

    /// Calls a unary method and waits for its end.
    func call(
        _ client: ClientConnection, _ path: String, _ message: [UInt8],
        metadata: [(String, String)] = [], timeoutMilliseconds: UInt64? = nil
    ) throws -> Result<[UInt8], GRPCFailure> {
        var result: Result<[UInt8], GRPCFailure>?
        client.unary(
            path, message, metadata: metadata, timeoutMilliseconds: timeoutMilliseconds
        ) { result = $0 }
        run { result != nil }
        return try #require(result, "the call did not end")
    }
}

extension Result where Failure == GRPCFailure {
    var failure: GRPCFailure? {
        guard case .failure(let failure) = self else { return nil }
        return failure
    }
}
