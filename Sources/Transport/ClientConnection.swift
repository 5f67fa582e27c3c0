internal import Basics
package import EventLoops
internal import GRPC
internal import HTTP
internal import TLS

/// One gRPC connection to a server, on an event loop.
///
/// ```swift
/// let client = ClientConnection(loop: loop, configuration: ClientConfiguration(host: "127.0.0.1", port: 2379))
/// client.onClose = { reason in … connect anew, after Backoff.next() … }
/// client.unary("/etcdserverpb.KV/Put", bytes, timeoutMilliseconds: 5_000) { result in … }
/// let stream = client.stream("/synod.Peer/Express")
/// stream.onMessage = { message in … }
/// stream.onClose = { status in … }
/// stream.send(bytes)
/// ```
///
/// It begins to connect when it is made; calls may be started at once and leave when it is open. When
/// it closes, all calls end with UNAVAILABLE, `onClose` is called, and it is of no further use: make
/// a new one. Whatever is sent in one turn of the loop leaves in one write at its end.
package final class ClientConnection {
    /// The loop it lives on.
    package let loop: EventLoop
    /// As given.
    package let configuration: ClientConfiguration
    /// The connection is open.
    package var onOpen: (() -> Void)?
    /// The connection is gone, or could not be opened. Called once, after all calls have ended.
    package var onClose: ((TCPCloseReason) -> Void)?
    /// The server takes no new calls here: make a new connection for them.
    package var onGoAway: (() -> Void)?
    /// What says who calls, in every call from here on: both sides keep it, so that it travels once.
    package var token: String? {
        didSet { if token != oldValue { requestHeaders = [:] } }
    }
    /// Whether the connection is there, and its TLS handshake done.
    package private(set) var isOpen = false
    /// Whether nothing can be sent any more.
    package private(set) var isClosed = false
    /// When bytes last came, in monotonic nanoseconds; 0: never.
    package private(set) var lastReceivedAt: UInt64 = 0
    /// The last round trip of a keep-alive ping, in nanoseconds; 0: none yet.
    package private(set) var lastPingNanoseconds: UInt64 = 0

    let session: HTTP2Session
    private let relay: ClientRelay
    private let deadlines: DeadlineList
    private(set) var tcp: TCPConnection?
    /// Nil where bytes travel in the clear, and before the TCP connection is there.
    var tls: TLSSession?
    /// Ends a TLS handshake that takes too long.
    var handshakeTimer: LoopTimer?
    let scratch: TLSScratch?
    /// By path.
    private var requestHeaders: [String: HeaderBlock] = [:]
    private var keepAlive: LoopTimer?
    private var pingSentAt: UInt64 = 0
    private var isGoingAway = false
    /// When the session last got a new budget of frames without use.
    private var budgetRefilledAt: UInt64 = 0

    package init(loop: EventLoop, configuration: ClientConfiguration) {
        self.loop = loop
        self.configuration = configuration
        deadlines = DeadlineList(loop: loop)
        scratch = configuration.tls == nil ? nil : TLSScratch()
        relay = ClientRelay()
        session = HTTP2Session(
            role: .client, settings: configuration.http2, pool: HTTP2StreamPool(), handler: relay)
        relay.connection = self
        tcp = TCPConnection.connect(
            loop: loop, host: configuration.host, port: configuration.port,
            timeoutMilliseconds: configuration.connectMilliseconds, handler: relay)
    }

    deinit {
        // The socket must not stay, and the calls must end.
        relay.closeReason = .closed("the client was let go")
        session.connectionLost()
        tcp?.close(.closed("the client was let go"))
        keepAlive?.cancel()
        handshakeTimer?.cancel()
    }

    /// Whether new calls are taken.
    package var acceptsCalls: Bool { !isClosed && !isGoingAway }

    /// Calls open now.
    package var openCalls: Int { session.openStreams }

    /// Bytes of all calls that are not yet on their way to the kernel.
    package var bufferedBytes: Int { session.bufferedOutputBytes + (tcp?.unsentBytes ?? 0) }

    /// Calls a unary method. `completion` is called once, later, on the loop: with the answer's
    /// message, or a failure. The timeout travels to the server and is kept here too.
    @discardableResult
    package func unary(
        _ path: String, _ message: [UInt8], metadata: [(String, String)] = [],
        timeoutMilliseconds: UInt64? = nil,
        completion: @escaping (Result<[UInt8], GRPCFailure>) -> Void
    ) -> ClientCall {
        let call = ClientCall(connection: self, completion: completion)
        guard start(call, path, metadata, timeoutMilliseconds) else { return call }
        call.append(size: message.count) { $0.copyBytes(from: message) }
        call.endOutput()
        return call
    }

    /// Opens a streaming call, of whatever direction. Set the callbacks at once.
    package func stream(
        _ path: String, metadata: [(String, String)] = [], timeoutMilliseconds: UInt64? = nil
    ) -> ClientStream {
        let call = ClientCall(connection: self, messageBytesMax: configuration.messageBytesMax)
        let stream = ClientStream(call: call)
        call.clientStream = stream
        _ = start(call, path, metadata, timeoutMilliseconds)
        return stream
    }

    /// Ends all calls and closes.
    package func close(_ reason: String = "closed by the client") {
        tcp?.close(.closed(reason))
    }

    /// Takes a call off the list of deadlines.
    func forget(_ call: ClientCall) { deadlines.remove(call) }

    private func start(
        _ call: ClientCall, _ path: String, _ metadata: [(String, String)],
        _ timeoutMilliseconds: UInt64?
    ) -> Bool {
        guard acceptsCalls else {
            call.failLater(.unavailable, "the connection is closed")
            return false
        }
        guard bufferedBytes <= configuration.outputBytesMax else {
            call.failLater(.resourceExhausted, "too many bytes wait to be sent")
            return false
        }
        var extra = metadata
        if let timeoutMilliseconds {
            let nanoseconds = timeoutMilliseconds &* 1_000_000
            extra.append(("grpc-timeout", GRPCTimeout.headerValue(nanoseconds: nanoseconds)))
            call.deadline = loop.turnTime &+ nanoseconds
        }
        guard let stream = session.open(headers: headers(path), extra: extra) else {
            call.failLater(.unavailable, "the connection takes no more calls")
            return false
        }
        call.attach(stream)
        if call.deadline != .max { deadlines.add(call) }
        return true
    }

    private func headers(_ path: String) -> HeaderBlock {
        if let made = requestHeaders[path] { return made }
        let authority = configuration.authority ?? "\(configuration.host):\(configuration.port)"
        var fields = [
            (":method", "POST"), (":scheme", configuration.tls == nil ? "http" : "https"),
            (":path", path),
            (":authority", authority), ("te", "trailers"),
            ("content-type", GRPCContentType.value), ("user-agent", "synod"),
        ]
        if let token { fields.append(("token", token)) }
        let block = HeaderBlock(fields)
        if requestHeaders.count >= Limits.clientPathsMax { requestHeaders = [:] }
        requestHeaders[path] = block
        return block
    }

    // MARK: Told by the relay

    func connected() {
        if let context = configuration.tls { beginHandshake(context) } else { opened() }
    }

    func opened() {
        isOpen = true
        lastReceivedAt = loop.turnTime
        if configuration.keepAliveMilliseconds > 0 { schedulePing() }
        onOpen?()
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
        if let tls { receiveSealed(bytes, tls) } else { receivedClear(bytes) }
    }

    func fill(_ output: ByteQueue, _ limit: Int) {
        if let tls { fillSealed(output, limit, tls) } else { fillClear(output, limit) }
    }

    func receivedClear(_ bytes: UnsafeRawBufferPointer) {
        lastReceivedAt = loop.turnTime
        // A server written in Go pings with every burst of data: over the life of a connection that
        // is any number of pings, and only many of them at a time are an attack.
        if loop.turnTime &- budgetRefilledAt >= Limits.clientBudgetNanoseconds {
            budgetRefilledAt = loop.turnTime
            session.refillBudget()
        }
        if !session.receive(bytes) { tcp?.close(.closed("broken HTTP/2")) }
    }

    func fillClear(_ output: ByteQueue, _ limit: Int) {
        guard session.drain(into: output, limit: limit) else {
            tcp?.close(.closed("HTTP/2 cannot go on"))
            return
        }
        if session.isFinished { tcp?.finish("HTTP/2 ended") }
    }

    func requestFlush() { tcp?.requestFlush() }

    func goingAway() {
        guard !isGoingAway else { return }
        isGoingAway = true
        onGoAway?()
        requestFlush()
    }

    func closed(_ reason: TCPCloseReason) {
        guard !isClosed else { return }
        isClosed = true
        isOpen = false
        keepAlive?.cancel()
        keepAlive = nil
        handshakeTimer?.cancel()
        handshakeTimer = nil
        relay.closeReason = reason
        session.connectionLost()
        tcp = nil
        let action = onClose
        onClose = nil
        onOpen = nil
        onGoAway = nil
        action?(reason)
    }

    func pingAnswered() {
        guard pingSentAt != 0 else { return }
        lastPingNanoseconds = loop.now - pingSentAt
        pingSentAt = 0
        schedulePing()
    }

    private func schedulePing() {
        keepAlive?.cancel()
        keepAlive = loop.schedule(
            afterMilliseconds: configuration.keepAliveMilliseconds
        ) { [weak self] in self?.sendPing() }
    }

    private func sendPing() {
        pingSentAt = loop.now
        session.ping()
        awaitSigns()
    }

    private func awaitSigns() {
        keepAlive = loop.schedule(
            afterMilliseconds: configuration.keepAliveTimeoutMilliseconds
        ) { [weak self] in self?.checkSigns() }
    }

    /// The answer may stand behind much else: whatever has come meanwhile is a sign of life.
    private func checkSigns() {
        let timeout = configuration.keepAliveTimeoutMilliseconds * 1_000_000
        if loop.now < lastReceivedAt + timeout { return awaitSigns() }
        tcp?.close(.closed("a keep-alive ping was not answered"))
    }
}
