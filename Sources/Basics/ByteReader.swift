/// What can be wrong with bytes that a `ByteReader` reads.
public enum ByteReaderError: Error, Equatable, Sendable {
    /// The bytes end before the value does.
    case truncated
    /// A varint of more bytes than its number needs, or above 64 bits.
    case varintTooLong
    /// A string that is not UTF-8.
    case invalidUTF8
    /// A value that its type does not have; the text names the type.
    case invalid(String)
}

/// Reads what `ByteWriter` wrote. The memory must outlive the reader.
public struct ByteReader {
    @usableFromInline let buffer: UnsafeRawBufferPointer
    /// Bytes already read.
    public var offset: Int { position }
    @usableFromInline var position = 0
    /// Whether this node itself wrote the bytes, for decoders that believe it more than others.
    public var isOfThisNode = false

    @inlinable public init(_ buffer: UnsafeRawBufferPointer) { self.buffer = buffer }

    /// A reader that goes on where another one of the same bytes was.
    @inlinable public init(_ buffer: UnsafeRawBufferPointer, offset: Int) {
        precondition(offset >= 0 && offset <= buffer.count, "an offset outside the bytes")
        self.buffer = buffer
        position = offset
    }

    @inlinable public var remaining: Int { buffer.count - position }
    @inlinable public var isAtEnd: Bool { position == buffer.count }

    @inlinable public mutating func read<Integer: FixedWidthInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(ByteReaderError) -> Integer {
        let width = Integer.bitWidth / 8
        guard remaining >= width else { throw .truncated }
        let value = buffer.loadUnaligned(fromByteOffset: position, as: Integer.self)
        position += width
        return Integer(littleEndian: value)
    }

    @inlinable public mutating func readVarint() throws(ByteReaderError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < buffer.count {
            let byte = buffer[position]
            position += 1
            guard shift < 63 || byte <= 1 else { throw .varintTooLong }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                // A number has one form: what is read is what would be written.
                guard byte != 0 || shift == 0 else { throw .varintTooLong }
                return value
            }
            shift += 7
        }
        throw .truncated
    }

    /// The next `count` bytes, not copied.
    @inlinable public mutating func readRaw(_ count: Int) throws(ByteReaderError)
        -> UnsafeRawBufferPointer
    {
        guard count >= 0, remaining >= count else { throw .truncated }
        let slice = UnsafeRawBufferPointer(rebasing: buffer[position..<position + count])
        position += count
        return slice
    }

    /// A varint length and as many bytes, not copied.
    @inlinable public mutating func readSlice() throws(ByteReaderError) -> UnsafeRawBufferPointer {
        let count = try readVarint()
        guard count <= UInt64(remaining) else { throw .truncated }
        return try readRaw(Int(count))
    }

    /// A varint length and as many bytes, copied.
    @inlinable public mutating func readBytes() throws(ByteReaderError) -> [UInt8] {
        [UInt8](try readSlice())
    }

    @inlinable public mutating func readString() throws(ByteReaderError) -> String {
        let slice = try readSlice()
        guard let text = String(validating: slice, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }
}
