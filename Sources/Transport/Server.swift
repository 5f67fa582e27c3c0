package import EventLoops
internal import GRPC
internal import HTTP
package import TLS

/// A gRPC and HTTP server on one event loop: HTTP/2 (prior knowledge) and HTTP/1.1 on the same port,
/// told apart by the first bytes.
///
/// ```swift
/// let loop = EventLoop()
/// let server = Server(loop: loop, configuration: ServerConfiguration(host: "127.0.0.1", port: 2379),
///     router: router)
/// try server.start()              // server.ports: where it listens, also when 0 was asked for
/// loop.onSignal(SIGTERM) { server.shutdown(graceMilliseconds: 5_000) { loop.stop() } }
/// loop.run()
/// ```
///
/// Handlers are plain synchronous calls on the loop; what they answer in one turn leaves in one
/// write per connection at the end of the turn.
package final class Server {
    /// The loop that it runs on.
    package let loop: EventLoop
    /// As given.
    package let configuration: ServerConfiguration
    /// The ports it listens on, in the order of the configured addresses.
    package private(set) var ports: [UInt16] = []
    /// Connections since the start, the refused ones included.
    package private(set) var acceptedConnections: UInt64 = 0
    /// Connections refused because there were too many.
    package private(set) var refusedConnections: UInt64 = 0
    /// Bytes of all connections, as they came and went.
    package internal(set) var receivedBytes: UInt64 = 0
    package internal(set) var sentBytes: UInt64 = 0
    /// Told about each connection that the server closed for a fault of the other side: its address
    /// and what was wrong.
    package var onConnectionFault: ((String, String) -> Void)?
    /// The certificates and rules of the secure addresses; another one counts for the connections that come
    /// after it was set.
    package var tls: TLSContext?

    let router: Router
    let pool = HTTP2StreamPool()
    let deadlines: DeadlineList
    let responses = StaticResponses()
    let scratch = TLSScratch()
    let handshakes: HandshakeDesk
    private var listeners: [TCPListener] = []
    private var connections: [ServerConnection] = []
    private var sweeper: LoopTimer?
    private var isShuttingDown = false
    private var onShutdown: (() -> Void)?

    package init(loop: EventLoop, configuration: ServerConfiguration, router: Router) {
        self.loop = loop
        self.configuration = configuration
        self.router = router
        deadlines = DeadlineList(loop: loop)
        handshakes = HandshakeDesk(loop: loop, handshakesMax: configuration.handshakesMax)
    }

    /// Connections open now.
    package var openConnections: Int { connections.count }

    /// gRPC calls and HTTP/2 requests open now.
    package var openStreams: Int { connections.reduce(0) { $0 + $1.openStreams } }

    /// Listens on all addresses, or on none and throws.
    package func start() throws(LoopError) {
        precondition(listeners.isEmpty, "a server starts once")
        let isSecure = configuration.addresses.contains(where: \.isSecure)
        precondition(!isSecure || tls != nil, "a secure address needs a certificate")
        if isSecure { handshakes.start() }
        do throws(LoopError) {
            for address in configuration.addresses {
                let listener = try TCPListener(
                    loop: loop, host: address.host, port: address.port
                ) { [weak self] in self?.accept($0, isSecure: address.isSecure) }
                listeners.append(listener)
            }
        } catch {
            listeners = []
            throw error
        }
        ports = listeners.map(\.port)
        let interval = max(
            10, min(Limits.sweepMilliseconds, configuration.handshakeMilliseconds / 4))
        sweeper = loop.schedule(afterMilliseconds: interval, repeating: interval) { [weak self] in
            self?.sweep()
        }
    }

    /// Stops listening, announces the end to all clients (GOAWAY), lets calls in flight finish, and
    /// closes what is left after `graceMilliseconds`. `completion` runs when all is closed.
    package func shutdown(graceMilliseconds: UInt64, completion: @escaping () -> Void = {}) {
        guard !isShuttingDown else { return }
        isShuttingDown = true
        onShutdown = completion
        listeners = []
        for connection in connections { connection.announceShutdown() }
        // Two steps, so that a call already on its way to us is not refused.
        loop.schedule(afterMilliseconds: Limits.shutdownNoticeMilliseconds) { [weak self] in
            guard let self else { return }
            for connection in connections { connection.goAway() }
        }
        loop.schedule(afterMilliseconds: graceMilliseconds) { [weak self] in
            guard let self else { return }
            for connection in connections { connection.close("the server stopped") }
        }
        endIfEmpty()
    }

    func remove(_ connection: ServerConnection) {
        let index = connection.index
        precondition(connections[index] === connection, "a connection knows its place")
        let last = connections.removeLast()
        if last !== connection {
            connections[index] = last
            last.index = index
        }
        endIfEmpty()
    }

    private func accept(_ tcp: TCPConnection, isSecure: Bool) {
        acceptedConnections += 1
        guard connections.count < configuration.connectionsMax, !isShuttingDown else {
            refusedConnections += 1
            tcp.close(.closed("too many connections"))
            return
        }
        let connection = ServerConnection(
            server: self, tcp: tcp, index: connections.count, tls: isSecure ? tls : nil)
        connections.append(connection)
        tcp.start()
    }

    private func sweep() {
        let now = loop.now
        // Backwards, because a connection that is closed leaves its place to the last one.
        for index in connections.indices.reversed() { connections[index].sweep(now: now) }
    }

    private func endIfEmpty() {
        guard isShuttingDown, connections.isEmpty, let completion = onShutdown else { return }
        onShutdown = nil
        sweeper?.cancel()
        completion()
    }
}
