extension UInt8 {
    /// What the ASCII letter stands for as a hexadecimal digit, of either case; nil if it is none.
    public var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension [UInt8] {
    /// The first byte string above all that begin with this one: its last byte below 0xff raised by one,
    /// what follows dropped. Nil if there is none, because all bytes are 0xff.
    public var firstBeyondPrefix: [UInt8]? {
        guard let last = lastIndex(where: { $0 < 0xff }) else { return nil }
        var end = Array(self[...last])
        end[last] += 1
        return end
    }
}
