/// What can be wrong with bytes that a `ByteReader` reads.
public enum ByteReaderError: Error, Equatable, Sendable {
    /// The bytes end before the value does.
    case truncated
    /// A varint of more than ten bytes, or above 64 bits.
    case varintTooLong
    /// A string that is not UTF-8.
    case invalidUTF8
    /// A value that its type does not have; the text names the type.
    case invalid(String)
}

/// Reads what `ByteWriter` wrote. The memory must outlive the reader.
public struct ByteReader {
    private let buffer: UnsafeRawBufferPointer
    /// Bytes already read.
    public private(set) var offset = 0

    public init(_ buffer: UnsafeRawBufferPointer) { self.buffer = buffer }

    public var remaining: Int { buffer.count - offset }
    public var isAtEnd: Bool { offset == buffer.count }

    public mutating func read<Integer: FixedWidthInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(ByteReaderError) -> Integer {
        let width = Integer.bitWidth / 8
        guard remaining >= width else { throw .truncated }
        let value = buffer.loadUnaligned(fromByteOffset: offset, as: Integer.self)
        offset += width
        return Integer(littleEndian: value)
    }

    public mutating func readVarint() throws(ByteReaderError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < buffer.count {
            let byte = buffer[offset]
            offset += 1
            guard shift < 63 || byte <= 1 else { throw .varintTooLong }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .truncated
    }

    /// The next `count` bytes, not copied.
    public mutating func readRaw(_ count: Int) throws(ByteReaderError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else { throw .truncated }
        let slice = UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + count])
        offset += count
        return slice
    }

    /// A varint length and as many bytes, not copied.
    public mutating func readSlice() throws(ByteReaderError) -> UnsafeRawBufferPointer {
        let count = try readVarint()
        guard count <= UInt64(remaining) else { throw .truncated }
        return try readRaw(Int(count))
    }

    /// A varint length and as many bytes, copied.
    public mutating func readBytes() throws(ByteReaderError) -> [UInt8] {
        [UInt8](try readSlice())
    }

    public mutating func readString() throws(ByteReaderError) -> String {
        let slice = try readSlice()
        guard let text = String(validating: slice, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }
}
