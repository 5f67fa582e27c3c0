/// Appends integers and bytes to a growing array, little-endian.
public struct ByteWriter: Sendable {
    /// What was written so far.
    public var bytes: [UInt8] { storage }
    @usableFromInline var storage: [UInt8]

    /// An empty writer with room for `capacity` bytes.
    @inlinable public init(capacity: Int = 0) {
        storage = []
        if capacity > 0 { storage.reserveCapacity(capacity) }
    }

    @inlinable public var count: Int { storage.count }

    @inlinable public mutating func write(_ value: UInt8) { storage.append(value) }

    /// Writes `value` in its full width, lowest byte first.
    @inlinable public mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { storage.append(contentsOf: $0) }
    }

    /// Writes `value` in groups of seven bits, lowest first (LEB128, as protobuf's varint).
    @inlinable public mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        storage.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Writes `value` without its length.
    @inlinable public mutating func writeRaw(_ value: [UInt8]) { storage.append(contentsOf: value) }

    /// Writes `value` without its length.
    @inlinable public mutating func writeRaw(_ value: UnsafeRawBufferPointer) {
        storage.append(contentsOf: value)
    }

    /// Writes the length of `value` as a varint, then `value`.
    @inlinable public mutating func writeBytes(_ value: [UInt8]) {
        writeVarint(UInt64(value.count))
        storage.append(contentsOf: value)
    }

    /// Writes the UTF-8 length of `value` as a varint, then its UTF-8.
    @inlinable public mutating func writeString(_ value: String) {
        var copy = value
        copy.withUTF8 {
            writeVarint(UInt64($0.count))
            storage.append(contentsOf: $0)
        }
    }

    /// Overwrites four storage at `offset`, lowest byte first: for a length or a checksum known later.
    @inlinable public mutating func overwrite(_ value: UInt32, at offset: Int) {
        precondition(
            offset >= 0 && offset + 4 <= storage.count, "overwrite beyond what was written")
        for index in 0..<4 {
            storage[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index)))
        }
    }

    /// Empties the writer and keeps its memory.
    @inlinable public mutating func removeAll() { storage.removeAll(keepingCapacity: true) }
}
