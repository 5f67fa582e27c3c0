/// Arithmetic and looks at 512-byte sectors.
enum Sectors {
    static func roundUp(_ byteCount: Int) -> Int {
        (byteCount + Limits.sectorBytes - 1) & ~(Limits.sectorBytes - 1)
    }

    /// Whether all bytes are zero; most sectors say no within their first word.
    static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset + 8 <= bytes.count {
            guard bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == 0 else {
                return false
            }
            offset += 8
        }
        return bytes[offset...].allSatisfy { $0 == 0 }
    }

    /// How many whole sectors of `bytes` are all zero.
    static func zeroCount(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var count: UInt32 = 0
        var start = 0
        while start < bytes.count {
            let end = min(start + Limits.sectorBytes, bytes.count)
            if isZero(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) { count += 1 }
            start = end
        }
        return count
    }
}
