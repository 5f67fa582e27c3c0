/// Frames of a server (RFC 6455, 5.2): whole messages, not masked.
package enum WebSocketFrame {
    /// A message of text.
    package static func text(_ payload: some Collection<UInt8>) -> [UInt8] {
        frame(.text, payload)
    }

    /// The answer to a ping, which gives back what that said.
    package static func pong(_ payload: some Collection<UInt8>) -> [UInt8] {
        frame(.pong, payload)
    }

    /// The last frame. A reason that is too long is cut.
    package static func close(_ code: WebSocketCode, _ reason: String = "") -> [UInt8] {
        precondition(code.isSendable, "a code that nobody may send")
        var text = reason
        while text.utf8.count > Limits.webSocketControlBytesMax - 2 { text.removeLast() }
        return frame(
            .close,
            [UInt8(code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)]
                + Array(text.utf8))
    }

    private static func frame(
        _ kind: WebSocketOpcode, _ payload: some Collection<UInt8>
    ) -> [UInt8] {
        let count = payload.count
        var bytes: [UInt8] = [0x80 | kind.rawValue]
        bytes.reserveCapacity(count + 10)
        switch count {
        case ...125: bytes.append(UInt8(count))
        case ...0xffff: bytes += [126, UInt8(count >> 8), UInt8(truncatingIfNeeded: count)]
        default:
            bytes.append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: count >> shift))
            }
        }
        return bytes + payload
    }
}
