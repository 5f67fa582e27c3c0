internal import CCRC32C

/// CRC-32C (Castagnoli, RFC 3720 B.4), by the processor's instruction where there is one.
public enum CRC32C {
    /// The checksum of `bytes`, continued from `seed` (0 to begin).
    public static func checksum(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
        synod_crc32c(seed, bytes.baseAddress, bytes.count)
    }

    /// The checksum of `bytes`, continued from `seed` (0 to begin).
    public static func checksum(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0, seed: seed) }
    }

    /// The same checksum by tables: the oracle in tests.
    public static func portableChecksum(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { synod_crc32c_portable(seed, $0.baseAddress, $0.count) }
    }
}
