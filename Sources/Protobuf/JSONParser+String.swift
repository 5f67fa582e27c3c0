extension JSONParser {
    /// Reads a string with its quotes. Most strings have no escapes: those are checked and copied
    /// once.
    mutating func parseString() throws(JSONError) -> String {
        let start = offset
        _ = try take()
        let end = try skipPlain()
        if end == UInt8(ascii: "\"") {
            let slice = UnsafeRawBufferPointer(rebasing: text[start + 1..<offset])
            _ = try take()
            return try Self.validated(slice, offset: start)
        }
        var bytes = [UInt8](text[start + 1..<offset])
        while try take() == UInt8(ascii: "\\") {
            try parseEscape(into: &bytes, start: start)
            let plain = offset
            _ = try skipPlain()
            bytes.append(contentsOf: text[plain..<offset])
        }
        return try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            try Self.validated(UnsafeRawBufferPointer(buffer), offset: start)
        }
    }

    /// Reads up to the next quote or backslash, and returns which it is.
    private mutating func skipPlain() throws(JSONError) -> UInt8 {
        var index = offset
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                offset = index
                return byte
            }
            guard byte >= 0x20 else { throw .unexpected(offset: index) }
            index += 1
        }
        throw .truncated
    }

    private static func validated(
        _ bytes: UnsafeRawBufferPointer, offset: Int
    ) throws(JSONError) -> String {
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw .invalidString(offset: offset)
        }
        return string
    }

    /// Reads what follows a backslash.
    private mutating func parseEscape(into bytes: inout [UInt8], start: Int) throws(JSONError) {
        switch try take() {
        case UInt8(ascii: "\""): bytes.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): bytes.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0c)
        case UInt8(ascii: "n"): bytes.append(0x0a)
        case UInt8(ascii: "r"): bytes.append(0x0d)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"): bytes.append(contentsOf: try parseCodePoint(start: start).utf8)
        default: throw .invalidString(offset: start)
        }
    }

    /// Reads the four digits behind `\u`, and the second half if they are the first of a surrogate
    /// pair.
    private mutating func parseCodePoint(start: Int) throws(JSONError) -> Character {
        var code = try parseHex(start: start)
        if code & 0xfc00 == 0xd800 {
            guard try take() == UInt8(ascii: "\\"), try take() == UInt8(ascii: "u") else {
                throw .invalidString(offset: start)
            }
            let low = try parseHex(start: start)
            guard low & 0xfc00 == 0xdc00 else { throw .invalidString(offset: start) }
            code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
        }
        guard let scalar = Unicode.Scalar(code) else { throw .invalidString(offset: start) }
        return Character(scalar)
    }

    private mutating func parseHex(start: Int) throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let digit = Character(Unicode.Scalar(try take()))
            guard digit.isASCII, let value = digit.hexDigitValue else {
                throw .invalidString(offset: start)
            }
            code = code << 4 | UInt32(value)
        }
        return code
    }
}
