internal import HTTP

/// One client's WebSocket. Above it lies a request like any other: each message of the client is a line of the
/// request's open body, each line of the answer is a message, and the end of the answer ends the WebSocket.
final class WebSocket {
    private unowned let http: HTTP1Connection
    private let reader: WebSocketReader
    private weak var exchange: HTTPExchange?
    private var heldBytes = 0
    private var isPaused = false
    private var isReading = false
    private var isOver = false

    init(on http: HTTP1Connection, messageBytesMax: Int) {
        self.http = http
        reader = WebSocketReader(messageBytesMax: messageBytesMax)
    }

    /// The request whose body the messages are.
    func carry(_ exchange: HTTPExchange) {
        self.exchange = exchange
        http.carry(exchange)
    }

    /// Whether a message has begun and is not whole.
    var isInsideMessage: Bool { reader.isInside }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        reader.append(bytes)
        read()
    }

    private func read() {
        // Whoever takes a message may let go of the next ones at once.
        guard !isReading else { return }
        isReading = true
        defer { isReading = false }
        do throws(WebSocketBreach) {
            while !isOver, !isPaused, let event = try reader.next() { take(event) }
        } catch {
            http.reportFault("WebSocket: \(error.text)")
            close(error.code, error.text)
            exchange?.closed()
        }
        hold(isOver ? 0 : reader.unfinishedCount)
    }

    private func take(_ event: WebSocketReader.Event) {
        switch event {
        case .message(let message):
            // What is no whole object goes on in the next message, as behind a line end.
            (message + [UInt8(ascii: "\n")]).withUnsafeBytes { exchange?.receive($0) }
        case .ping(let payload): http.sendUpgraded(WebSocketFrame.pong(payload))
        case .pong: break
        case .close(let code):
            close(code ?? .normal)
            exchange?.closed()
        }
    }

    private func hold(_ count: Int) {
        let change = count - heldBytes
        heldBytes = count
        if change != 0 { http.holdInput(change) }
    }

    /// Says so, and closes.
    private func close(_ code: WebSocketCode, _ reason: String = "") {
        guard !isOver else { return }
        isOver = true
        http.sendUpgraded(WebSocketFrame.close(code, reason))
        http.finishUpgraded()
    }
}

// MARK: - The answer

extension WebSocket: HTTPResponder {
    var bufferedBytes: Int { http.bufferedBytes }

    func respond(status: Int, headers: [(String, String)], body: [UInt8]) {
        send(body)
        end()
    }

    /// The head was sent when the WebSocket began.
    func start(status: Int, headers: [(String, String)]) {}

    func send(_ bytes: [UInt8]) {
        guard !isOver else { return }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            http.sendUpgraded(WebSocketFrame.text(line))
        }
    }

    func end() { close(.normal) }

    /// It is one already.
    func startWebSocket(headers: [(String, String)], messageBytesMax: Int) -> WebSocket? { nil }

    func holdInput(_ count: Int) { http.holdInput(count) }

    func pauseBody(_ isPaused: Bool) {
        guard isPaused != self.isPaused else { return }
        self.isPaused = isPaused
        if !isPaused { read() }
        // A message that was taken may have paused it again.
        if self.isPaused == isPaused { http.pauseBody(isPaused) }
    }
}
