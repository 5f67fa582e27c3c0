internal import Digests
internal import HTTP

/// One plain HTTP request and the way to answer it; over HTTP/1.1 or HTTP/2. It is complete with its body, unless
/// that is read in pieces (`Router.streamBody`).
/// Answer once, now or later, on the loop: with `respond`, or in pieces with `startStreaming`,
/// `sendChunk` and `end`. After the client has gone the calls do nothing.
package final class HTTPExchange {
    /// `GET`, `POST`, …
    package let method: String
    /// The target without its query: `/v3/kv/put`. Not decoded.
    package let path: String
    /// What follows the question mark, not decoded; empty if there is none.
    package let query: String
    /// All fields with names in lower case, pseudo-headers excluded.
    package let headers: [(String, String)]
    /// The host that the client asked for.
    package let authority: String
    /// The whole body; empty if it is open.
    package internal(set) var body: [UInt8] = []
    /// The body comes while the request is answered: set `onBody` and `onBodyEnd`.
    package internal(set) var hasOpenBody = false
    /// The client would go on with a WebSocket: see `startWebSocket`.
    package internal(set) var asksForWebSocket = false
    /// A piece of an open body came; valid during the call only.
    package var onBody: ((UnsafeRawBufferPointer) -> Void)?
    /// An open body has ended.
    package var onBodyEnd: (() -> Void)?
    /// The client has begun something in an open body and does not go on with it, or has not begun at all.
    package var onBodyStall: (() -> Void)?
    /// The other side, as `127.0.0.1:50000`.
    package let remoteAddress: String
    /// Whether it came over TLS.
    package let isSecure: Bool
    /// The connection ended, or the client gave up, before the answer was complete.
    package var onClose: (() -> Void)?
    /// `bufferedBytes` has fallen low after having been high (64 KiB).
    package var onDrain: (() -> Void)?

    /// The answer may be long in coming: a client that ends its direction is taken to have gone.
    package var endsWithInput = false

    /// Headers that every answer has, whoever gives it.
    package var furtherHeaders: [(String, String)] = []

    /// Messages taken from an open body, and bytes of it that wait for more: see `note`.
    private(set) var bodyMessages: UInt64 = 0
    private(set) var unfinishedBytes = 0

    private enum State { case waiting, streaming, ended, gone }

    private var state = State.waiting
    private var responder: (any HTTPResponder)?

    init(
        method: String, target: String, headers: [(String, String)], authority: String,
        remoteAddress: String, isSecure: Bool, responder: any HTTPResponder
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = parts.count > 1 ? String(parts[1]) : ""
        self.headers = headers
        self.authority = authority
        self.remoteAddress = remoteAddress
        self.isSecure = isSecure
        self.responder = responder
    }

    /// Whether the client still waits for (more of) the answer.
    package var isOpen: Bool { state == .waiting || state == .streaming }

    /// Bytes sent but not yet on their way to the kernel.
    package var bufferedBytes: Int { responder?.bufferedBytes ?? 0 }

    /// The value of the first header called `name` (in lower case).
    package func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }

    /// Answers with all of `body`. The content length is added.
    package func respond(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        guard state == .waiting else { return }
        state = .ended
        onClose = nil
        leaveBody()
        responder?.respond(status: status, headers: headers + furtherHeaders, body: body)
    }

    /// Begins an answer in pieces.
    package func startStreaming(status: Int, headers: [(String, String)] = []) {
        guard state == .waiting else { return }
        state = .streaming
        responder?.start(status: status, headers: headers + furtherHeaders)
    }

    /// Sends a piece of the answer.
    package func sendChunk(_ bytes: [UInt8]) {
        guard state == .streaming, !bytes.isEmpty else { return }
        responder?.send(bytes)
    }

    /// Ends the answer.
    package func end() {
        guard state == .streaming else { return }
        state = .ended
        onClose = nil
        leaveBody()
        responder?.end()
    }

    /// Goes on with a WebSocket. What comes back is a `POST` of the same target with `headers`: each message is a piece
    /// of its open body, with a line end behind it; each line of its answer is a message, and the answer's end is the
    /// end. Nil if the client's wish is not as RFC 6455 has it; then it is answered.
    /// - Parameters:
    ///   - subprotocol: what the client is told that it speaks, if it asked for that.
    ///   - messageBytesMax: the longest message taken.
    package func startWebSocket(
        headers: [(String, String)], subprotocol: String?, messageBytesMax: Int
    ) -> HTTPExchange? {
        guard state == .waiting, let responder else { return nil }
        let key: String
        do throws(WebSocketHandshake.Refusal) {
            key = try WebSocketHandshake.key(
                version: header("sec-websocket-version"), key: header("sec-websocket-key"))
        } catch {
            respond(
                status: error.status, headers: error.headers.sorted { $0.key < $1.key },
                body: Array(error.text.utf8))
            return nil
        }
        var answer = [
            ("sec-websocket-accept", SHA1.digestInBase64(key + WebSocketHandshake.guid))
        ]
        if let subprotocol { answer.append(("sec-websocket-protocol", subprotocol)) }
        guard
            let socket = responder.startWebSocket(
                headers: answer + furtherHeaders, messageBytesMax: messageBytesMax)
        else { return nil }
        state = .ended
        onClose = nil
        let exchange = HTTPExchange(
            method: "POST", target: query.isEmpty ? path : "\(path)?\(query)", headers: headers,
            authority: authority, remoteAddress: remoteAddress, isSecure: isSecure,
            responder: socket)
        exchange.hasOpenBody = true
        socket.carry(exchange)
        return exchange
    }

    /// Whoever reads an open body says how far it has come: how many messages it has taken in all, and how many
    /// bytes it holds that are none yet. Both count against the connection's limits.
    package func note(messages: UInt64, unfinishedBytes bytes: Int) {
        guard isOpen else { return }
        bodyMessages = messages
        hold(bytes)
    }

    /// Keeps the client from sending more of an open body, as far as that can be done, or lets it again.
    package func pauseBody(_ isPaused: Bool) {
        if isOpen { responder?.pauseBody(isPaused) }
    }

    private func hold(_ bytes: Int) {
        guard bytes != unfinishedBytes else { return }
        let change = bytes - unfinishedBytes
        unfinishedBytes = bytes
        responder?.holdInput(change)
    }

    /// Nobody reads the body any more.
    private func leaveBody() {
        hold(0)
        onBody = nil
        onBodyEnd = nil
        onBodyStall = nil
    }

    // MARK: Told by the connection

    func receive(_ bytes: UnsafeRawBufferPointer) { onBody?(bytes) }

    func bodyEnded() { onBodyEnd?() }

    func bodyStalled() { onBodyStall?() }

    func drained() { onDrain?() }

    func closed() {
        let action = isOpen ? onClose : nil
        leaveBody()
        state = .gone
        responder = nil
        onClose = nil
        onDrain = nil
        action?()
    }
}
