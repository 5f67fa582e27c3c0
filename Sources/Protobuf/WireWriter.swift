/// Writes the protobuf wire format into memory of exactly the right size, from the last byte to the
/// first. Going backwards, the length of a nested message is known when its turn comes, so that a
/// message is measured once and written once however deep it nests.
public struct WireWriter {
    /// The first byte of the memory.
    @usableFromInline let start: UnsafeMutableRawPointer
    /// Behind the next byte to write.
    @usableFromInline var position: UnsafeMutableRawPointer

    /// A writer that fills `buffer`.
    @inlinable
    public init(_ buffer: UnsafeMutableRawBufferPointer) {
        // An empty buffer may have no address; any will do, since nothing can be written.
        start = buffer.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1)!
        position = start + buffer.count
    }

    /// Every byte of the memory has been written.
    @inlinable
    public var isFull: Bool { position == start }

    /// Where the writer is; to be given to `writeLength(since:tag:)` later.
    @inlinable
    public var mark: UnsafeMutableRawPointer { position }

    /// Makes room for `count` bytes in front of what was written.
    @inlinable @inline(__always)
    mutating func claim(_ count: Int) {
        precondition(position - start >= count, "the encoding is longer than its size")
        position -= count
    }

    // MARK: Values without tags

    @inlinable @inline(__always)
    public mutating func writeVarint(_ value: UInt64) {
        if value < 0x80 {
            claim(1)
            position.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        } else {
            writeLongVarint(value)
        }
    }

    @usableFromInline
    mutating func writeLongVarint(_ value: UInt64) {
        let count = WireSize.varint(value)
        claim(count)
        var rest = value
        for index in 0..<count - 1 {
            position.storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: index, as: UInt8.self)
            rest >>= 7
        }
        position.storeBytes(
            of: UInt8(truncatingIfNeeded: rest), toByteOffset: count - 1, as: UInt8.self)
    }

    /// Writes bytes that are laid out already.
    @inlinable @inline(__always)
    public mutating func writeRaw(_ value: UnsafeRawBufferPointer) {
        claim(value.count)
        if let base = value.baseAddress { position.copyMemory(from: base, byteCount: value.count) }
    }

    // MARK: Fields: the value, then the tag in front of it

    @inlinable @inline(__always)
    public mutating func write(_ value: UInt64, tag: UInt32) {
        writeVarint(value)
        writeVarint(UInt64(tag))
    }

    @inlinable @inline(__always)
    public mutating func write(_ value: Int64, tag: UInt32) {
        write(UInt64(bitPattern: value), tag: tag)
    }

    @inlinable @inline(__always)
    public mutating func write(_ value: Int32, tag: UInt32) { write(Int64(value), tag: tag) }

    @inlinable @inline(__always)
    public mutating func write(_ value: UInt32, tag: UInt32) { write(UInt64(value), tag: tag) }

    @inlinable @inline(__always)
    public mutating func write(_ value: Bool, tag: UInt32) {
        write(value ? 1 : 0 as UInt64, tag: tag)
    }

    @inlinable @inline(__always)
    public mutating func write(_ value: some ProtobufEnum, tag: UInt32) {
        write(Int64(value.rawValue), tag: tag)
    }

    @inlinable @inline(__always)
    public mutating func write(_ value: [UInt8], tag: UInt32) {
        value.withUnsafeBytes { writeRaw($0) }
        writeVarint(UInt64(value.count))
        writeVarint(UInt64(tag))
    }

    @inlinable
    public mutating func write(_ value: String, tag: UInt32) {
        let end = mark
        var copy = value
        copy.withUTF8 { writeRaw(UnsafeRawBufferPointer($0)) }
        writeLength(since: end, tag: tag)
    }

    @inlinable
    public mutating func write(_ value: some WireEncodable, tag: UInt32) {
        let end = mark
        value.encode(into: &self)
        writeLength(since: end, tag: tag)
    }

    /// Puts the tag and the length in front of everything written since `end` was the mark.
    @inlinable @inline(__always)
    public mutating func writeLength(since end: UnsafeMutableRawPointer, tag: UInt32) {
        writeVarint(UInt64(end - position))
        writeVarint(UInt64(tag))
    }
}
