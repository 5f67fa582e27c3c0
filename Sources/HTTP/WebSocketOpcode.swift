/// What a frame of a WebSocket is (RFC 6455, 11.8).
enum WebSocketOpcode: UInt8 {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    /// Whether it may stand between the fragments of a message, and is none itself.
    var isControl: Bool { rawValue >= 8 }
}
