/// Bytes as text (RFC 4648).
public enum Base64 {
    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let padding = UInt8(ascii: "=")

    /// The six bits of each letter of the standard and the URL-safe alphabet; 0xff for other bytes.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    /// Appends `value` in the standard alphabet, with padding.
    public static func append(_ value: [UInt8], to text: inout [UInt8]) {
        let alphabet = alphabet
        let size = (value.count + 2) / 3 * 4
        text += [UInt8](unsafeUninitializedCapacity: size) { letters, count in
            for start in stride(from: 0, to: value.count, by: 3) {
                let left = value.count - start
                var group = UInt32(value[start]) << 16
                if left > 1 { group |= UInt32(value[start + 1]) << 8 }
                if left > 2 { group |= UInt32(value[start + 2]) }
                letters[count] = alphabet[Int(group >> 18)]
                letters[count + 1] = alphabet[Int(group >> 12 & 63)]
                letters[count + 2] = left > 1 ? alphabet[Int(group >> 6 & 63)] : padding
                letters[count + 3] = left > 2 ? alphabet[Int(group & 63)] : padding
                count += 4
            }
        }
    }

    /// The standard form of `value`, with padding.
    public static func encode(_ value: [UInt8]) -> String {
        var text: [UInt8] = []
        append(value, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` stands for in the standard or the URL-safe alphabet, padded or not;
    /// nil if it is neither.
    public static func decode(_ text: String) -> [UInt8]? {
        var copy = text
        return copy.withUTF8 { decode(letters: $0) }
    }

    private static func decode(letters: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var count = letters.count
        if count % 4 == 0 {
            for _ in 0..<2 where count > 0 && letters[count - 1] == padding { count -= 1 }
        }
        // One letter over has too few bits for a byte.
        guard count % 4 != 1 else { return nil }
        let values = values
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count * 3 / 4) { bytes, size in
            var group: UInt32 = 0
            var bits: UInt32 = 0
            for index in 0..<count {
                let value = values[Int(letters[index])]
                if value == 0xff { isValid = false }
                group = group << 6 | UInt32(value & 63)
                bits += 6
                if bits >= 8 {
                    bits -= 8
                    bytes[size] = UInt8(truncatingIfNeeded: group >> bits)
                    size += 1
                }
            }
        }
        return isValid ? bytes : nil
    }
}
