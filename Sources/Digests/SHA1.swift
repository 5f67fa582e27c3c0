internal import COpenSSL

/// SHA-1, by OpenSSL: for the handshake of WebSockets (RFC 6455), where it proves no more than that the other side
/// knows the protocol.
package enum SHA1 {
    private static let digestByteCount = 20

    /// The digest of a text, in base64.
    package static func digestInBase64(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: digestByteCount)
        var count: UInt32 = 0
        let succeeded = EVP_Digest(bytes, bytes.count, &digest, &count, EVP_sha1(), nil) == 1
        precondition(succeeded && count == digestByteCount, "OpenSSL refuses SHA-1")
        // Four letters for each three bytes, and a zero.
        var letters = [UInt8](repeating: 0, count: (digestByteCount + 2) / 3 * 4 + 1)
        let length = EVP_EncodeBlock(&letters, digest, Int32(digestByteCount))
        return String(decoding: letters[..<Int(length)], as: UTF8.self)
    }
}
