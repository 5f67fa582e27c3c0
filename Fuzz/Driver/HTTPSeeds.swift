/// What clients of HTTP say.
enum HTTPSeeds {
    static var requests: [[UInt8]] {
        let texts = [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "POST /v3/kv/put HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabcGET /x HTTP/1.0\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx: y\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\na",
            "HEAD /h HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
        ]
        return texts.enumerated().map { [UInt8($0 * 16 + $0 & 3)] + Array($1.utf8) }
    }

    /// A client's frames, behind how they are cut: each kind, each form of a length, fragments, and the end.
    static var webSockets: [[UInt8]] {
        let hello = webSocket(0x81, Array("{}".utf8))
        let parts =
            webSocket(0x01, [0xc3]) + webSocket(0x89, [1]) + webSocket(0x80, [0xbc])
        let long = webSocket(0x82, [UInt8](repeating: 7, count: 200))
        let end = webSocket(0x8a, []) + webSocket(0x88, [3, 0xe8, 0x61])
        let bad = [[0xc1, 0x80], [0x81, 0x05], webSocket(0x81, [0xff]), webSocket(0x88, [3])]
        return [[0] + hello + parts + long + end, [1] + parts + end, [2] + long + hello, [0] + end]
            + bad.map { [3] + $0 }
    }

    private static func webSocket(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let isLong = payload.count > 125
        let length = isLong ? [254, 0, UInt8(payload.count)] : [128 | UInt8(payload.count)]
        return [first] + length + [1, 2, 4, 8]
            + payload.enumerated().map { $1 ^ 1 << UInt8($0 & 3) }
    }

    static var frames: [[UInt8]] {
        // `:method POST`, `:scheme http`, `:path /`, and `:authority a` as literals of the static table.
        let block: [UInt8] = [0x83, 0x86, 0x84, 0x01, 1, 0x61]
        let whole = frame(1, flags: 5, stream: 1, block)
        let open = frame(1, flags: 4, stream: 1, block)
        let data = frame(0, flags: 1, stream: 1, [0, 0, 0, 0, 1, 9])
        let parts =
            frame(1, flags: 1, stream: 3, Array(block[..<3]))
            + frame(9, flags: 4, stream: 3, Array(block[3...]))
        let others =
            frame(8, stream: 0, [0, 0, 1, 0]) + frame(6, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8])
            + frame(3, stream: 1, [0, 0, 0, 8]) + frame(2, stream: 5, [0, 0, 0, 0, 7])
            + frame(4, stream: 0, [0, 3, 0, 0, 0, 9])
            + frame(7, stream: 0, [0, 0, 0, 1, 0, 0, 0, 0])
        return [whole, open + data, parts, whole + others, open + others + data].enumerated()
            .map { [UInt8($0 * 16 + $0 & 7)] + $1 }
    }

    private static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt8, _ payload: [UInt8]
    ) -> [UInt8] {
        [0, 0, UInt8(payload.count), type, flags, 0, 0, 0, stream] + payload
    }
}
