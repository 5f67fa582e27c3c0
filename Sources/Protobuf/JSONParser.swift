/// Reads JSON values (RFC 8259), one after the other, from borrowed memory that must outlive the
/// parser.
public struct JSONParser {
    let text: UnsafeRawBufferPointer
    /// Where to read next.
    public internal(set) var offset = 0
    /// Where the value starts that `next()` gave or failed on.
    public private(set) var valueStart = 0
    private var depth = 0

    public init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// The next value, or nil when only white space is left. A number that ends with the text
    /// counts as complete. After an error the parser is of no more use.
    public mutating func next() throws(JSONError) -> JSONValue? {
        skipWhiteSpace()
        valueStart = offset
        return offset == text.count ? nil : try parseValue()
    }

    // MARK: Bytes

    /// The byte to be read next.
    func peek() throws(JSONError) -> UInt8 {
        guard offset < text.count else { throw .truncated }
        return text[offset]
    }

    /// Reads a byte.
    mutating func take() throws(JSONError) -> UInt8 {
        let byte = try peek()
        offset += 1
        return byte
    }

    /// Reads a byte that must be `byte`.
    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw .unexpected(offset: offset) }
        offset += 1
    }

    private mutating func skipWhiteSpace() {
        while offset < text.count {
            switch text[offset] {
            case 0x20, 0x0a, 0x0d, 0x09: offset += 1
            default: return
            }
        }
    }

    // MARK: Values

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        switch try peek() {
        case UInt8(ascii: "{"): return .object(try parseObject())
        case UInt8(ascii: "["): return .array(try parseArray())
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: return .number(try parseNumber())
        }
    }

    private mutating func parseWord(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[index]) }
        return value
    }

    private mutating func parseObject() throws(JSONError) -> [JSONMember] {
        var members: [JSONMember] = []
        try parseItems(until: UInt8(ascii: "}")) { parser throws(JSONError) in
            guard try parser.peek() == UInt8(ascii: "\"") else {
                throw .unexpected(offset: parser.offset)
            }
            let name = try parser.parseString()
            parser.skipWhiteSpace()
            try parser.expect(UInt8(ascii: ":"))
            parser.skipWhiteSpace()
            members.append(JSONMember(name: name, value: try parser.parseValue()))
        }
        return members
    }

    private mutating func parseArray() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        try parseItems(until: UInt8(ascii: "]")) { parser throws(JSONError) in
            elements.append(try parser.parseValue())
        }
        return elements
    }

    /// Reads an opening byte, items with commas between them, and `close`.
    private mutating func parseItems(
        until close: UInt8, _ item: (inout JSONParser) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard depth < Limits.jsonNestingMax else { throw .nestedTooDeep }
        depth += 1
        offset += 1
        skipWhiteSpace()
        if try peek() != close {
            while true {
                try item(&self)
                skipWhiteSpace()
                if try peek() == close { break }
                try expect(UInt8(ascii: ","))
                skipWhiteSpace()
            }
        }
        offset += 1
        depth -= 1
    }

    // MARK: Numbers

    /// `text` is a JSON number and nothing else.
    static func isNumber(_ text: String) -> Bool {
        var copy = text
        return copy.withUTF8 { buffer in
            var parser = JSONParser(UnsafeRawBufferPointer(buffer))
            return (try? parser.parseNumber()) != nil && parser.offset == buffer.count
        }
    }

    private mutating func parseNumber() throws(JSONError) -> String {
        let start = offset
        if try peek() == UInt8(ascii: "-") { offset += 1 }
        if try peek() == UInt8(ascii: "0") { offset += 1 } else { try parseDigits() }
        if offset < text.count, text[offset] == UInt8(ascii: ".") {
            offset += 1
            try parseDigits()
        }
        if offset < text.count, [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(text[offset]) {
            offset += 1
            if [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(try peek()) { offset += 1 }
            try parseDigits()
        }
        return String(decoding: text[start..<offset], as: UTF8.self)
    }

    /// Reads at least one digit.
    private mutating func parseDigits() throws(JSONError) {
        guard Self.isDigit(try peek()) else { throw .unexpected(offset: offset) }
        while offset < text.count, Self.isDigit(text[offset]) { offset += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
