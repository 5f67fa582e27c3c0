internal import COpenSSL

/// SHA-256 of bytes that come in pieces.
package final class RunningSHA256 {
    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { preconditionFailure("OpenSSL refuses SHA-256") }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next bytes.
    package func add(_ bytes: [UInt8]) {
        precondition(
            EVP_DigestUpdate(context, bytes, bytes.count) == 1, "OpenSSL refuses SHA-256")
    }

    /// The digest of all bytes, of which none may follow.
    package func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: SHA256.digestByteCount)
        var count: UInt32 = 0
        let succeeded = EVP_DigestFinal_ex(context, &digest, &count) == 1
        precondition(succeeded && count == SHA256.digestByteCount, "OpenSSL refuses SHA-256")
        return digest
    }
}
