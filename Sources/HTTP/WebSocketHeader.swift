/// The head of one frame of a client (RFC 6455, 5.2).
struct WebSocketHeader {
    let opcode: WebSocketOpcode
    let isFinal: Bool
    let payloadCount: Int
    let mask: (UInt8, UInt8, UInt8, UInt8)
    /// Bytes of the head itself.
    let byteCount: Int

    /// The head that begins `bytes`; nil if it is not all there. What is wrong is told as soon as it can be seen.
    init?(_ bytes: UnsafeRawBufferPointer) throws(WebSocketBreach) {
        guard bytes.count >= 2 else { return nil }
        opcode = try Self.opcode(bytes[0])
        isFinal = bytes[0] & 0x80 != 0
        guard bytes[1] & 0x80 != 0 else {
            throw WebSocketBreach(.protocolError, "a frame that is not masked")
        }
        let short = Int(bytes[1] & 0x7f)
        if opcode.isControl, !isFinal || short > Limits.webSocketControlBytesMax {
            throw WebSocketBreach(.protocolError, "a control frame in pieces, or too long")
        }
        let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
        byteCount = 2 + lengthBytes + 4
        guard bytes.count >= 2 + lengthBytes else { return nil }
        payloadCount = try Self.count(short, UnsafeRawBufferPointer(rebasing: bytes[2...]))
        guard bytes.count >= byteCount else { return nil }
        let start = byteCount - 4
        mask = (bytes[start], bytes[start + 1], bytes[start + 2], bytes[start + 3])
    }

    private static func opcode(_ byte: UInt8) throws(WebSocketBreach) -> WebSocketOpcode {
        guard byte & 0x70 == 0 else {
            throw WebSocketBreach(.protocolError, "a reserved bit is set")
        }
        guard let opcode = WebSocketOpcode(rawValue: byte & 0x0f) else {
            throw WebSocketBreach(.protocolError, "an unknown kind of frame")
        }
        return opcode
    }

    /// The length of the payload, which must be written in the shortest way.
    private static func count(
        _ short: Int, _ bytes: UnsafeRawBufferPointer
    ) throws(WebSocketBreach) -> Int {
        guard short >= 126 else { return short }
        let isLong = short == 127
        var count: UInt64 = 0
        for byte in bytes.prefix(isLong ? 8 : 2) { count = count << 8 | UInt64(byte) }
        guard count > (isLong ? 0xffff : 125), let result = Int(exactly: count) else {
            throw WebSocketBreach(.protocolError, "a length that is not well written")
        }
        return result
    }

    /// The payload behind the head, without its mask.
    func payload(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let masked = UnsafeRawBufferPointer(rebasing: bytes[byteCount..<byteCount + payloadCount])
        let key = [mask.0, mask.1, mask.2, mask.3]
        return [UInt8](unsafeUninitializedCapacity: payloadCount) { result, count in
            for index in 0..<payloadCount { result[index] = masked[index] ^ key[index & 3] }
            count = payloadCount
        }
    }
}
