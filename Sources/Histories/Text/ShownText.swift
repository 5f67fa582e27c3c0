/// Keys, values and pairs as a person reads them.
enum ShownText {
    /// Printable ASCII as it is, other bytes in hexadecimal; the middle of what is long is left out.
    static func bytes(_ bytes: [UInt8]) -> String {
        guard bytes.count > Limits.shownBytesMax else { return "\"" + plain(bytes[...]) + "\"" }
        let part = Limits.shownBytesMax / 2
        return "\"" + plain(bytes.prefix(part)) + "…" + plain(bytes.suffix(part))
            + "\" (\(bytes.count) bytes)"
    }

    /// A pair with its revision and version; "nothing" if there is none.
    static func pair(_ pair: Pair?) -> String {
        guard let pair else { return "nothing" }
        return bytes(pair.value) + "@\(pair.modRevision)#\(pair.version)"
    }

    private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { byte in
            if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") {
                return "\\" + String(UnicodeScalar(byte))
            }
            if (0x20..<0x7f).contains(byte) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16)
            return "\\x" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
