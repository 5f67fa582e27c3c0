internal import COpenSSL

/// Keys in files, as OpenSSL keeps them.
package enum KeyFile {
    /// All of a file, through OpenSSL's own reader. It waits for the disk: not on a loop that serves.
    package static func read(_ path: String) throws(SignatureKeyError) -> [UInt8] {
        ERR_clear_error()
        guard let file = BIO_new_file(path, "r") else {
            throw .unreadable(file: path, why: SignatureKeyError.reason())
        }
        defer { BIO_free(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = BIO_read(file, &chunk, Int32(chunk.count))
            guard count >= 0 else {
                throw .unreadable(file: path, why: SignatureKeyError.reason())
            }
            if count == 0 { return bytes }
            bytes += chunk[..<Int(count)]
            guard bytes.count <= Limits.keyFileBytesMax else {
                throw .unreadable(file: path, why: "more than \(Limits.keyFileBytesMax) bytes")
            }
        }
    }

    /// The first private key in `bytes` (PEM); the caller's to free. Nobody is asked for a password.
    static func privateKey(_ bytes: [UInt8]) -> OpaquePointer? {
        with(bytes) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
    }

    /// The first public key in `bytes` (PEM), or that of the first certificate; the caller's to free.
    static func publicKey(_ bytes: [UInt8]) -> OpaquePointer? {
        if let key = with(bytes, { PEM_read_bio_PUBKEY($0, nil, { _, _, _, _ in -1 }, nil) }) {
            return key
        }
        let certificate = with(bytes) { PEM_read_bio_X509($0, nil, { _, _, _, _ in -1 }, nil) }
        defer { X509_free(certificate) }
        return certificate.flatMap { X509_get_pubkey($0) }
    }

    private static func with(
        _ bytes: [UInt8], _ body: (OpaquePointer) -> OpaquePointer?
    ) -> OpaquePointer? {
        bytes.withUnsafeBytes { raw in
            guard let source = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else {
                return nil
            }
            defer {
                BIO_free(source)
                ERR_clear_error()
            }
            return body(source)
        }
    }
}
