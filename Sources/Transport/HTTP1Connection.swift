internal import Basics
internal import EventLoops
internal import GRPC
internal import HTTP

/// An HTTP/1.1 client's connection: joins the session to the router.
final class HTTP1Connection {
    private unowned(unsafe) let connection: ServerConnection
    // Two objects for one thing, because the session needs its handler to be made.
    private var session: HTTP1Session?
    private var exchange: HTTPExchange?
    /// Set when the connection has changed to it.
    private var webSocket: WebSocket?
    /// Since when a request that has begun was not complete, as far as `sweep` has seen; 0: there is none.
    private var requestSince: UInt64 = 0
    /// When `sweep` last saw a request in work, or an answer that was not all sent: the client's silence begins there.
    private var busyAt: UInt64 = 0
    /// Since when an open body has not come forward, and how many messages it had brought by then.
    private var stalledSince: UInt64 = 0
    private var stalledMessages: UInt64 = 0
    private var stalledInside = false

    init(connection: ServerConnection) {
        self.connection = connection
        let server = connection.server
        session = HTTP1Session(
            headerBytesMax: server.configuration.http2.headerBytesMax,
            wallClock: { [unowned loop = server.loop] in loop.wallClockSeconds }, handler: self)
    }

    /// Whether at least one request came whole.
    var hasSeenRequest: Bool { session?.hasSeenRequest ?? false }

    /// Whether the client has sent so much ahead that it must wait.
    var isInputFull: Bool { session?.isInputFull ?? false }

    func receive(_ bytes: UnsafeRawBufferPointer) { session?.receive(bytes) }

    func drain(into output: ByteQueue, limit: Int) {
        guard let session else { return }
        session.drain(into: output, limit: limit)
        if session.isFinished { connection.tcp.finish("the last answer was given") }
    }

    /// Closes after the present answer.
    func stopAfterAnswer() { session?.stopAfterAnswer() }

    /// The client will send nothing more. Whether it still waits for an answer. An answer in pieces,
    /// or another one that may take for ever, is not waited for: most who end their direction have gone.
    func inputEnded() -> Bool {
        guard let session, !session.isStreaming, exchange?.endsWithInput != true,
            session.isAnswering || hasUnsentOutput
        else { return false }
        session.stopAfterAnswer()
        return true
    }

    /// Whether the client has not been sent all that it was answered.
    private var hasUnsentOutput: Bool {
        session?.hasOutput == true || connection.tcp.unsentBytes > 0
    }

    func connectionLost() {
        session = nil
        let exchange = exchange
        self.exchange = nil
        exchange?.closed()
        webSocket = nil
    }

    func sweep(now: UInt64) {
        guard let session else { return }
        let limits = connection.server.configuration
        lookAtBody(session, limits, now)
        if session.isInsideRequest {
            if requestSince == 0 { requestSince = now }
            if now - requestSince >= limits.requestMilliseconds * 1_000_000 {
                session.refuse(status: 408)
            }
        } else {
            requestSince = 0
            if session.isAnswering || hasUnsentOutput { busyAt = now }
            let last = max(connection.lastReceivedAt, busyAt)
            if now > last, now - last >= limits.idleMilliseconds * 1_000_000 {
                connection.close("idle")
            }
        }
    }
}

// MARK: - Open bodies

extension HTTP1Connection {
    /// Who begins a message and does not end it is not waited for, no more than who begins a request; nor who opens
    /// a stream and says nothing. Who has said something may be silent.
    private func lookAtBody(_ session: HTTP1Session, _ limits: ServerConfiguration, _ now: UInt64) {
        guard let exchange, session.awaitsBody else { return stalledSince = 0 }
        let isUnfinished = exchange.unfinishedBytes > 0 || webSocket?.isInsideMessage == true
        guard isUnfinished || exchange.bodyMessages == 0 else { return stalledSince = 0 }
        let isSame = stalledMessages == exchange.bodyMessages && stalledInside == isUnfinished
        if stalledSince == 0 || !isSame {
            stalledSince = now
            stalledMessages = exchange.bodyMessages
            stalledInside = isUnfinished
        }
        let limit = isUnfinished ? limits.requestMilliseconds : limits.idleMilliseconds
        if now - stalledSince >= limit * 1_000_000 {
            stalledSince = 0
            exchange.bodyStalled()
        }
    }
}

// MARK: - A WebSocket

extension HTTP1Connection {
    func startWebSocket(headers: [(String, String)], messageBytesMax: Int) -> WebSocket? {
        guard let session else { return nil }
        let socket = WebSocket(on: self, messageBytesMax: messageBytesMax)
        webSocket = socket
        session.upgrade(to: "websocket", headers: headers)
        return socket
    }

    /// The request that lies above the WebSocket takes the place of the one that asked for it.
    func carry(_ exchange: HTTPExchange) { self.exchange = exchange }

    func sendUpgraded(_ bytes: [UInt8]) {
        session?.sendUpgraded(bytes)
        afterOutput()
    }

    func finishUpgraded() { session?.finishUpgraded() }

    func reportFault(_ text: String) {
        connection.server.onConnectionFault?(connection.tcp.remoteAddress, text)
    }
}

// MARK: - The session's questions

extension HTTP1Connection: HTTP1SessionHandler {
    func bodyReading(method: String, target: String) -> BodyReading {
        let router = connection.server.router
        let path = target.prefix { $0 != "?" }
        return router.streamsBody(method, String(path))
            ? .inPieces : .whole(bytesMax: router.bodyLimit(path: target))
    }

    func received(_ request: HTTP1Request) {
        requestSince = 0
        let exchange = HTTPExchange(
            method: request.method, target: request.target, headers: request.headers,
            authority: request.header("host") ?? "",
            remoteAddress: connection.tcp.remoteAddress, isSecure: connection.isSecure,
            responder: self)
        exchange.body = request.body
        exchange.hasOpenBody = request.hasOpenBody
        exchange.asksForWebSocket = asksForWebSocket(request)
        self.exchange = exchange
        if let contentType = request.header("content-type"), isGRPC(contentType) {
            exchange.respond(status: 505)
        } else if let handler = connection.server.router.httpHandler {
            handler(exchange)
        } else {
            exchange.respond(status: 404)
        }
    }

    func receivedBody(_ bytes: UnsafeRawBufferPointer) { exchange?.receive(bytes) }

    func bodyEnded() { exchange?.bodyEnded() }

    func receivedUpgraded(_ bytes: UnsafeRawBufferPointer) { webSocket?.receive(bytes) }

    func refused(status: Int) { reportFault("HTTP/1.1 request refused with \(status)") }

    private func asksForWebSocket(_ request: HTTP1Request) -> Bool {
        guard request.asksUpgrade, request.method == "GET", request.body.isEmpty else {
            return false
        }
        return request.header("upgrade").map { WebSocketHandshake.isMeant($0) } ?? false
    }

    func drained() { exchange?.drained() }

    func hasOutput() { connection.tcp.requestFlush() }

    private func isGRPC(_ contentType: String) -> Bool {
        var copy = contentType
        return copy.withUTF8 { GRPCContentType.matches(UnsafeRawBufferPointer($0)) }
    }
}

// MARK: - The answer

extension HTTP1Connection: HTTPResponder {
    var bufferedBytes: Int { session?.bufferedOutputBytes ?? 0 }

    func respond(status: Int, headers: [(String, String)], body: [UInt8]) {
        exchange = nil
        session?.respond(status: status, headers: headers, body: body)
        afterOutput()
    }

    func holdInput(_ count: Int) { connection.holdInput(count) }

    func pauseBody(_ isPaused: Bool) {
        if isPaused {
            session?.pauseBody()
        } else {
            session?.resumeBody()
            connection.pauseOrResume()
        }
    }

    func start(status: Int, headers: [(String, String)]) {
        session?.start(status: status, headers: headers)
    }

    func send(_ bytes: [UInt8]) {
        session?.send(bytes)
        afterOutput()
    }

    func end() {
        exchange = nil
        session?.end()
        afterOutput()
    }

    private func afterOutput() {
        connection.checkOutputLimit()
    }
}
