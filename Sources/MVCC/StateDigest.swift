/// A 64-bit digest of replicated state: equal for equal state, on every machine. It finds
/// differences; it is no protection against someone who wants a collision.
package struct StateDigest {
    /// The digest of what was added so far.
    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    /// Goes on from an earlier digest.
    init(value: UInt64) { self.value = value }

    /// Adds a number.
    package mutating func add(_ word: UInt64) {
        var mixed = (value ^ word) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = mixed ^ (mixed >> 27)
    }

    /// Adds a number.
    package mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

    /// Adds bytes and their count.
    package mutating func add(_ bytes: [UInt8]) {
        add(UInt64(bytes.count))
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset + 8 <= buffer.count {
                add(
                    UInt64(
                        littleEndian: buffer.loadUnaligned(
                            fromByteOffset: offset, as: UInt64.self)))
                offset += 8
            }
            var tail: UInt64 = 0
            for index in offset..<buffer.count { tail = tail << 8 | UInt64(buffer[index]) }
            add(tail)
        }
    }
}
