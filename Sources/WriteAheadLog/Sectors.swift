#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Arithmetic and looks at 512-byte sectors.
enum Sectors {
    static func roundUp(_ byteCount: Int) -> Int {
        (byteCount + Limits.sectorBytes - 1) & ~(Limits.sectorBytes - 1)
    }

    /// Whether all bytes are zero: the first is, and each is the one before it.
    static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return true }
        return bytes[0] == 0 && memcmp(base, base + 1, bytes.count - 1) == 0
    }
}
