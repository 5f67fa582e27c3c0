/// Appends integers and bytes to a growing array, little-endian.
public struct ByteWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8]

    /// An empty writer with room for `capacity` bytes.
    public init(capacity: Int = 0) {
        bytes = []
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    public var count: Int { bytes.count }

    public mutating func write(_ value: UInt8) { bytes.append(value) }

    /// Writes `value` in its full width, lowest byte first.
    public mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Writes `value` in groups of seven bits, lowest first (LEB128, as protobuf's varint).
    public mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Writes `value` without its length.
    public mutating func writeRaw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// Writes `value` without its length.
    public mutating func writeRaw(_ value: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: value)
    }

    /// Writes the length of `value` as a varint, then `value`.
    public mutating func writeBytes(_ value: [UInt8]) {
        writeVarint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes the UTF-8 length of `value` as a varint, then its UTF-8.
    public mutating func writeString(_ value: String) {
        var copy = value
        copy.withUTF8 {
            writeVarint(UInt64($0.count))
            bytes.append(contentsOf: $0)
        }
    }

    /// Overwrites four bytes at `offset`, lowest byte first: for a length or a checksum known later.
    public mutating func overwrite(_ value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= bytes.count, "overwrite beyond what was written")
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index)))
        }
    }

    /// Empties the writer and keeps its memory.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
