/// Cuts a line into words: bare ones, 'literal ones' and "ones with \n, \t, \\, \", \x00".
struct LineScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ line: some StringProtocol) { bytes = Array(line.utf8) }

    /// All words of a line.
    static func words(of line: some StringProtocol) throws(UsageError) -> [[UInt8]] {
        var scanner = LineScanner(line)
        var words: [[UInt8]] = []
        while let word = try scanner.word() { words.append(word) }
        return words
    }

    /// Nothing but blanks is left.
    var isAtEnd: Bool { bytes[position...].allSatisfy(Self.isBlank) }

    /// The next word; nil at the end.
    mutating func word(until stop: UInt8? = nil) throws(UsageError) -> [UInt8]? {
        skipBlanks()
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "\""): return try quoted()
        case UInt8(ascii: "'"): return try literal()
        default: break
        }
        let start = position
        while position < bytes.count, !Self.isBlank(bytes[position]), bytes[position] != stop {
            position += 1
        }
        return Array(bytes[start..<position])
    }

    /// Takes `byte` if it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    }

    private mutating func literal() throws(UsageError) -> [UInt8] {
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "'")) else {
            throw UsageError("a ' without its other half")
        }
        position = end + 1
        return Array(bytes[start..<end])
    }

    private mutating func quoted() throws(UsageError) -> [UInt8] {
        var word: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return word
            case UInt8(ascii: "\\"): word.append(try escape())
            default: word.append(byte)
            }
        }
        throw UsageError("a \" without its other half")
    }

    /// What follows a backslash.
    private mutating func escape() throws(UsageError) -> UInt8 {
        guard position < bytes.count else { throw UsageError("a \\ at the end of the line") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return UInt8(ascii: "\n")
        case UInt8(ascii: "t"): return UInt8(ascii: "\t")
        case UInt8(ascii: "r"): return UInt8(ascii: "\r")
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return byte
        case UInt8(ascii: "x"):
            let digits = String(decoding: bytes[position...].prefix(2), as: UTF8.self)
            guard digits.count == 2, let value = UInt8(digits, radix: 16) else {
                throw UsageError("\\x needs two hexadecimal digits")
            }
            position += 2
            return value
        default: throw UsageError("\\\(Character(Unicode.Scalar(byte))) is no escape")
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
