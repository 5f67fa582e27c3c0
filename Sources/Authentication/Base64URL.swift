internal import Protobuf

/// Bytes as text that goes into a URL, without padding (RFC 7515, 2).
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        Base64.append(bytes, to: &text)
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        return text.map { letter in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: letter
            }
        }
    }

    /// Nil for what this is not, be it another form of the same bytes: a signature has one text only.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let others = [UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "=")]
        guard !text.contains(where: others.contains),
            let bytes = Base64.decode(String(decoding: text, as: UTF8.self)),
            encode(bytes).elementsEqual(text)
        else { return nil }
        return bytes
    }
}
