internal import COpenSSL

/// Random bytes that nobody can guess, from OpenSSL's generator, which the kernel seeds. For identities,
/// nonces and tokens; what must be replayed takes `SeededRandom`.
package enum SecureRandom {
    /// `count` random bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        precondition(count >= 0, "a negative number of random bytes")
        var bytes = [UInt8](repeating: 0, count: count)
        // Going on with guessable bytes would be worse than stopping.
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "OpenSSL has no randomness")
        return bytes
    }

    /// A random number.
    package static func uint64() -> UInt64 {
        bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
