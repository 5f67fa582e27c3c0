internal import Basics

/// Cuts text that comes in pieces into the JSON values that it holds one after another, by quotes and brackets alone:
/// what is wrong with a value is for `JSONParser` to say. Each byte is looked at once, however small the pieces.
public final class JSONSplitter {
    private let text = ByteQueue()
    /// Bytes of the value that was given last, which its reader may still look at.
    private var givenCount = 0
    /// Where to look next, in the value that has begun.
    private var offset = 0
    /// Brackets that are open there.
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    public init() {}

    /// Bytes that are no whole value yet.
    public var unfinishedCount: Int { text.count - givenCount }

    /// Adds a piece.
    public func append(_ bytes: UnsafeRawBufferPointer) {
        forgetGiven()
        text.append(bytes)
    }

    /// The text of the next whole value; nil if there is none yet. It is valid until the splitter is used again.
    /// - Parameter isLast: nothing more will come, so that what is left is a value, whole or not.
    public func next(isLast: Bool) -> UnsafeRawBufferPointer? {
        forgetGiven()
        if offset == 0 { skipWhiteSpace() }
        let rest = isLast && !text.isEmpty ? text.count : nil
        guard let end = findEnd() ?? rest else { return nil }
        givenCount = end
        (offset, depth, isInString, isEscaped) = (0, 0, false, false)
        return UnsafeRawBufferPointer(rebasing: text.bytes[..<end])
    }

    private func forgetGiven() {
        text.consume(givenCount)
        givenCount = 0
        text.releaseMemory(above: Limits.splitterMemoryKeptBytes)
    }

    private func skipWhiteSpace() {
        text.consume(text.bytes.prefix { Self.isWhiteSpace($0) }.count)
    }

    /// Where the value that begins the text ends.
    private func findEnd() -> Int? {
        let bytes = text.bytes
        while offset < bytes.count {
            if isInString {
                takeOfString(bytes[offset])
                offset += 1
                if !isInString && depth == 0 { return offset }
            } else if let end = take(bytes[offset]) {
                return end
            }
        }
        return nil
    }

    private func takeOfString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
        }
    }

    /// Takes a byte that is in no string; the end of the value if that is here.
    private func take(_ byte: UInt8) -> Int? {
        let isInWord = depth == 0 && offset > 0
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["):
            if isInWord { return offset }
            if byte == UInt8(ascii: "\"") { isInString = true } else { depth += 1 }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            // One that closes nothing is a value of its own, which nobody can read.
            if depth == 0 { return max(offset, 1) }
            depth -= 1
            if depth == 0 { return offset + 1 }
        default:
            if isInWord && Self.isWhiteSpace(byte) { return offset }
        }
        offset += 1
        return nil
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
    }
}
