/// Bytes as text (RFC 4648).
package enum Base64 {
    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The six bits of each letter of the standard and the URL-safe alphabet; 0xff for other bytes.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    /// Appends `value` in the standard alphabet, with padding.
    package static func append(_ value: [UInt8], to text: inout [UInt8]) {
        text.reserveCapacity(text.count + (value.count + 2) / 3 * 4)
        let alphabet = alphabet
        var index = 0
        while index < value.count {
            let count = min(3, value.count - index)
            var group = UInt32(value[index]) << 16
            if count > 1 { group |= UInt32(value[index + 1]) << 8 }
            if count > 2 { group |= UInt32(value[index + 2]) }
            text.append(alphabet[Int(group >> 18)])
            text.append(alphabet[Int(group >> 12 & 63)])
            text.append(count > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            text.append(count > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
            index += 3
        }
    }

    /// The standard form of `value`, with padding.
    package static func encode(_ value: [UInt8]) -> String {
        var text: [UInt8] = []
        append(value, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` stands for in the standard or the URL-safe alphabet, padded or not; nil
    /// if it is neither.
    package static func decode(_ text: String) -> [UInt8]? {
        var copy = text
        return copy.withUTF8 { decode(letters: $0) }
    }

    private static func decode(letters: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var count = letters.count
        if count % 4 == 0 {
            for _ in 0..<2 where count > 0 && letters[count - 1] == UInt8(ascii: "=") { count -= 1 }
        }
        // One letter over has too few bits for a byte.
        guard count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * 3 / 4)
        let values = values
        var group: UInt32 = 0
        var bits = 0
        for index in 0..<count {
            let value = values[Int(letters[index])]
            guard value != 0xff else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            }
        }
        return bytes
    }
}
