internal import Basics

/// Reads what a client sends on a WebSocket (RFC 6455), however it is cut: joins fragments to messages, and refuses
/// what breaks the rules. It holds one message, and one frame, that are not whole; no more than `messageBytesMax` of
/// either.
package final class WebSocketReader {
    /// What has come.
    package enum Event: Equatable {
        /// A whole message: text, which is UTF-8, or bytes.
        case message([UInt8])
        /// To be answered with a pong that says the same.
        case ping([UInt8])
        /// The answer to a ping, or none in particular.
        case pong
        /// The client says no more; nothing is read behind it.
        case close(WebSocketCode?)
    }

    private let messageBytesMax: Int
    private let input = ByteQueue()
    private var message: [UInt8] = []
    /// The kind of the message whose fragments come.
    private var kind: WebSocketOpcode?
    private var isOver = false

    package init(messageBytesMax: Int) {
        precondition(messageBytesMax > 0, "a message needs room")
        self.messageBytesMax = messageBytesMax
    }

    /// Bytes that are no whole message, or are not looked at yet.
    package var unfinishedCount: Int { input.count + message.count }

    /// Whether a message or a frame has begun and is not whole.
    package var isInside: Bool { kind != nil || !input.isEmpty }

    /// Adds a piece of what came.
    package func append(_ bytes: UnsafeRawBufferPointer) {
        if !isOver { input.append(bytes) }
    }

    /// What comes next; nil if it is not all there. After a breach the reader is of no more use.
    package func next() throws(WebSocketBreach) -> Event? {
        while !isOver {
            guard let header = try WebSocketHeader(input.bytes) else { return nil }
            try check(header)
            let size = header.byteCount + header.payloadCount
            guard input.count >= size else { return nil }
            let payload = header.payload(input.bytes)
            input.consume(size)
            input.releaseMemory(above: Limits.pooledBufferBytesMax)
            if let event = try take(header, payload) { return event }
        }
        return nil
    }

    /// A frame's place among the others, and its length: before its payload is waited for.
    private func check(_ header: WebSocketHeader) throws(WebSocketBreach) {
        guard !header.opcode.isControl else { return }
        guard (header.opcode == .continuation) == (kind != nil) else {
            throw WebSocketBreach(.protocolError, "fragments that belong to no message")
        }
        guard header.payloadCount <= messageBytesMax - message.count else {
            throw WebSocketBreach(.tooBig, "a message of more than \(messageBytesMax) bytes")
        }
    }

    private func take(
        _ header: WebSocketHeader, _ payload: [UInt8]
    ) throws(WebSocketBreach) -> Event? {
        switch header.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        case .close:
            isOver = true
            // Nobody looks at what lies behind it.
            input.removeAll()
            input.releaseMemory(above: Limits.pooledBufferBytesMax)
            return .close(try Self.code(payload))
        case .text, .binary, .continuation:
            if header.opcode != .continuation { kind = header.opcode }
            if message.isEmpty { message = payload } else { message += payload }
            return header.isFinal ? try finish() : nil
        }
    }

    private func finish() throws(WebSocketBreach) -> Event {
        let whole = message
        if kind == .text, !Self.isText(whole) {
            throw WebSocketBreach(.invalidData, "a text that is no UTF-8")
        }
        message = []
        kind = nil
        return .message(whole)
    }

    /// What the last frame says: nothing, or a code, and perhaps a reason in words.
    private static func code(_ payload: [UInt8]) throws(WebSocketBreach) -> WebSocketCode? {
        if payload.isEmpty { return nil }
        guard payload.count >= 2 else {
            throw WebSocketBreach(.protocolError, "half a code")
        }
        let code = WebSocketCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isSendable else {
            throw WebSocketBreach(.protocolError, "a code that nobody may send")
        }
        guard isText(Array(payload[2...])) else {
            throw WebSocketBreach(.invalidData, "a reason that is no UTF-8")
        }
        return code
    }

    private static func isText(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }
}
