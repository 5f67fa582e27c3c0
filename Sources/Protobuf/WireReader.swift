/// Reads the protobuf wire format from borrowed memory, which must outlive the reader. Generated
/// code switches over `readTag()` and calls one reading method for each known tag.
///
/// This room is public, although only this package uses it: the compiler inlines and specialises
/// across modules what is public and inlinable, but not what is `package`, and that halves the time
/// of a nested message.
public struct WireReader {
    /// The next byte to read.
    @usableFromInline var position: UnsafeRawPointer
    /// Behind the last byte of the message being read.
    @usableFromInline var end: UnsafeRawPointer
    /// How many messages may still be opened within each other.
    @usableFromInline var depthLeft: Int

    /// A reader of one message that fills all of `buffer`.
    @inlinable
    public init(_ buffer: UnsafeRawBufferPointer) {
        if let base = buffer.baseAddress {
            position = base
        } else {
            // An empty buffer may have no address; any will do, since nothing is read.
            position = UnsafeRawPointer(bitPattern: 1)!
        }
        end = position + buffer.count
        depthLeft = Limits.messageNestingMax
    }

    /// Nothing is left of the message.
    @inlinable
    public var isAtEnd: Bool { position == end }

    /// Bytes left of the message.
    @inlinable
    public var remaining: Int { end - position }

    // MARK: Scalars

    /// The next tag (field number × 8 + wire type), or 0 at the end of the message.
    @inlinable @inline(__always)
    public mutating func readTag() throws(WireError) -> UInt32 {
        if position == end { return 0 }
        let first = position.load(as: UInt8.self)
        if first >= 8 && first < 0x80 {
            position += 1
            return UInt32(first)
        }
        return try readLongTag()
    }

    @usableFromInline
    mutating func readLongTag() throws(WireError) -> UInt32 {
        let value = try readVarint()
        guard value >= 8, let tag = UInt32(exactly: value) else { throw .invalidTag }
        return tag
    }

    /// Seven bits a byte, lowest first.
    @inlinable @inline(__always)
    public mutating func readVarint() throws(WireError) -> UInt64 {
        guard position != end else { throw .truncated }
        let first = position.load(as: UInt8.self)
        if first < 0x80 {
            position += 1
            return UInt64(first)
        }
        return try readLongVarint()
    }

    @usableFromInline
    mutating func readLongVarint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        // Locals stay in registers; the properties would be stored with every byte.
        var next = position
        let end = end
        while next != end {
            let byte = next.load(as: UInt8.self)
            next += 1
            guard shift < 63 || byte <= 1 else { throw .varintTooLong }
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 {
                position = next
                return value
            }
            shift &+= 7
        }
        throw .truncated
    }

    @inlinable @inline(__always)
    public mutating func readInt64() throws(WireError) -> Int64 {
        Int64(bitPattern: try readVarint())
    }

    @inlinable @inline(__always)
    public mutating func readUInt64() throws(WireError) -> UInt64 { try readVarint() }

    /// The lower 32 bits, as every implementation reads a longer varint.
    @inlinable @inline(__always)
    public mutating func readInt32() throws(WireError) -> Int32 {
        Int32(truncatingIfNeeded: try readVarint())
    }

    /// The lower 32 bits, as every implementation reads a longer varint.
    @inlinable @inline(__always)
    public mutating func readUInt32() throws(WireError) -> UInt32 {
        UInt32(truncatingIfNeeded: try readVarint())
    }

    @inlinable @inline(__always)
    public mutating func readBool() throws(WireError) -> Bool { try readVarint() != 0 }

    @inlinable @inline(__always)
    public mutating func readEnum<Value: ProtobufEnum>() throws(WireError) -> Value {
        Value(rawValue: Int(try readInt32()))
    }

    // MARK: Length-delimited values

    /// A length and as many bytes, not copied.
    @inlinable @inline(__always)
    public mutating func readSlice() throws(WireError) -> UnsafeRawBufferPointer {
        let count = try readVarint()
        guard count <= UInt64(truncatingIfNeeded: end - position) else { throw .truncated }
        let slice = UnsafeRawBufferPointer(start: position, count: Int(truncatingIfNeeded: count))
        position += slice.count
        return slice
    }

    /// A length and as many bytes, copied.
    @inlinable @inline(__always)
    public mutating func readBytes() throws(WireError) -> [UInt8] { [UInt8](try readSlice()) }

    /// A length and as much UTF-8.
    @inlinable
    public mutating func readString() throws(WireError) -> String {
        let slice = try readSlice()
        guard let text = String(validating: slice, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }

    /// A length and as many bytes of a message, merged into `message`.
    @inlinable
    public mutating func readMessage(
        _ message: inout some WireDecodable
    ) throws(WireError) {
        let outerEnd = try enterMessage()
        try message.decode(&self)
        leaveMessage(outerEnd)
    }

    /// A length and as many bytes of a message, merged into `message`, or into a new one if nil.
    @inlinable
    public mutating func readMessage<Message: WireDecodable>(
        _ message: inout Message?
    ) throws(WireError) {
        var value = message.take() ?? Message()
        try readMessage(&value)
        message = value
    }

    /// A length and as many bytes of a new message.
    @inlinable
    public mutating func readMessage<Message: WireDecodable>(
        in messages: inout [Message]
    ) throws(WireError) {
        var value = Message()
        try readMessage(&value)
        messages.append(value)
    }

    /// A length and as many varints within, read by `body`, which is called until they are used up.
    @inlinable
    public mutating func readPacked(
        _ body: (inout WireReader) throws(WireError) -> Void
    ) throws(WireError) {
        let outerEnd = try enterMessage()
        while position != end { try body(&self) }
        leaveMessage(outerEnd)
    }

    /// Narrows the reader to the length-delimited value that follows; returns the end to go back
    /// to.
    @usableFromInline
    mutating func enterMessage() throws(WireError) -> UnsafeRawPointer {
        let slice = try readSlice()
        guard depthLeft > 0 else { throw .nestedTooDeep }
        depthLeft -= 1
        let outerEnd = end
        end = position
        position -= slice.count
        return outerEnd
    }

    @usableFromInline
    mutating func leaveMessage(_ outerEnd: UnsafeRawPointer) {
        precondition(position == end && end <= outerEnd, "a decoder stopped before its end")
        depthLeft += 1
        end = outerEnd
    }
}
