/// How many bytes values take on the wire, without their tags.
public enum WireSize {
    /// One byte for each seven bits, at least one.
    @inlinable @inline(__always)
    public static func varint(_ value: UInt64) -> Int {
        // Equals ceil(bits / 7) for 1...64 bits, without a division by 7.
        ((64 - (value | 1).leadingZeroBitCount) * 9 + 64) >> 6
    }

    /// A negative number takes ten bytes.
    @inlinable @inline(__always)
    public static func varint(_ value: Int64) -> Int { varint(UInt64(bitPattern: value)) }

    /// Sign-extended to 64 bits, as every implementation does for int32 and enums.
    @inlinable @inline(__always)
    public static func varint(_ value: Int32) -> Int { varint(Int64(value)) }

    @inlinable @inline(__always)
    public static func varint(_ value: UInt32) -> Int { varint(UInt64(value)) }

    @inlinable @inline(__always)
    public static func varint<Value: ProtobufEnum>(_ value: Value) -> Int {
        varint(Int64(value.rawValue))
    }

    /// A length and as many bytes.
    @inlinable @inline(__always)
    public static func lengthDelimited(_ count: Int) -> Int {
        varint(UInt64(truncatingIfNeeded: count)) + count
    }

    @inlinable @inline(__always)
    public static func bytes(_ value: [UInt8]) -> Int { lengthDelimited(value.count) }

    @inlinable @inline(__always)
    public static func string(_ value: String) -> Int { lengthDelimited(value.utf8.count) }

    @inlinable @inline(__always)
    public static func message(_ value: some WireEncodable) -> Int {
        lengthDelimited(value.encodedSize)
    }
}
