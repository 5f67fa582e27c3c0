/// One path and what answers it.
final class Route {
    enum Kind {
        case unary((UnaryCall, UnsafeRawBufferPointer) -> Void)
        case stream((ServerStream) -> Void)
    }

    let path: String
    let bytes: [UInt8]
    let maxMessageBytes: Int
    let kind: Kind

    init(path: String, maxMessageBytes: Int, kind: Kind) {
        precondition(path.hasPrefix("/"), "a path begins with a slash")
        precondition(maxMessageBytes > 0, "a message limit is positive")
        self.path = path
        self.bytes = Array(path.utf8)
        self.maxMessageBytes = maxMessageBytes
        self.kind = kind
    }
}
