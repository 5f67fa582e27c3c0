internal import COpenSSL

/// SHA-256 (FIPS 180-4), by OpenSSL.
package enum SHA256 {
    /// The length of a digest in bytes.
    package static let digestByteCount = 32

    /// The digest of `bytes`, 32 bytes.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestByteCount)
        var count: UInt32 = 0
        let succeeded = EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha256(), nil) == 1
        // It fails only without memory, or where a policy forbids SHA-256: nothing can go on then.
        precondition(succeeded && count == digestByteCount, "OpenSSL refuses SHA-256")
        return digest
    }
}
