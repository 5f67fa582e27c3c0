/// Which bytes the names and values of header fields may have.
enum FieldText {
    /// A name as HTTP/2 has it: a token in lower case.
    static func isName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.count >= 8, all(bytes, areLettersAndDashes) { return true }
        for byte in bytes where !isOfName(byte) { return false }
        return !bytes.isEmpty
    }

    /// No control characters but tabs.
    static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.count >= 8, all(bytes, haveNoControls) { return true }
        for byte in bytes where byte < 0x20 && byte != 0x09 || byte == 0x7f { return false }
        return true
    }

    /// Asks eight bytes at a time; the last eight may overlap those before.
    @inline(__always)
    private static func all(
        _ bytes: UnsafeRawBufferPointer, _ areFine: (UInt64) -> Bool
    ) -> Bool {
        var index = 0
        while index + 8 < bytes.count {
            guard areFine(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) else {
                return false
            }
            index += 8
        }
        return areFine(bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
    }

    /// A value that is one word.
    static func isWord(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.count >= 8, all(bytes, haveNoSpaces) { return true }
        for byte in bytes where byte <= 0x20 { return false }
        return !bytes.isEmpty
    }

    static func equal(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] != text.utf8Start[index] { return false }
        return true
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = ones << 7

    /// Whether none of eight bytes is below a space, or DEL; may say no wrongly.
    @inline(__always)
    private static func haveNoControls(_ eight: UInt64) -> Bool {
        let isDelete = eight ^ (ones &* 0x7f)
        return ((eight &- ones &* 0x20) & ~eight | (isDelete &- ones) & ~isDelete) & tops == 0
    }

    /// Whether none of eight bytes is below what can be seen; may say no wrongly.
    @inline(__always)
    private static func haveNoSpaces(_ eight: UInt64) -> Bool {
        (eight &- ones &* 0x21) & ~eight & tops == 0
    }

    /// Whether eight bytes are small letters and dashes.
    @inline(__always)
    private static func areLettersAndDashes(_ eight: UInt64) -> Bool {
        guard eight & tops == 0 else { return false }
        let isFromA = eight &+ ones &* (0x80 - 0x61)
        let isAboveZ = eight &+ ones &* (0x7f - 0x7a)
        let isOther = (eight ^ (ones &* 0x2d)) &+ ones &* 0x7f
        return (isFromA & ~isAboveZ | ~isOther) & tops == tops
    }

    /// `!#$%&'*+-.` and digits.
    private static let lowNameBytes: UInt64 = {
        var bits: UInt64 = 0
        for byte in Array("!#$%&'*+-.0123456789".utf8) { bits |= 1 << UInt64(byte) }
        return bits
    }()
    /// `^_`, a back quote, `|~` and small letters.
    private static let highNameBytes: UInt64 = {
        var bits: UInt64 = 0
        for byte in Array("^_`|~abcdefghijklmnopqrstuvwxyz".utf8) { bits |= 1 << UInt64(byte - 64) }
        return bits
    }()

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<64: lowNameBytes >> UInt64(byte) & 1 != 0
        case 64..<128: highNameBytes >> UInt64(byte - 64) & 1 != 0
        default: false
        }
    }
}
