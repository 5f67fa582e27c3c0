internal import COpenSSL

/// Reading what OpenSSL keeps in files.
enum PEM {
    /// All of a file, through OpenSSL's own reader.
    static func read(_ path: String) throws(TLSError) -> [UInt8] {
        ERR_clear_error()
        guard let file = BIO_new_file(path, "r") else {
            throw .unreadable(file: path, why: TLSError.reason())
        }
        defer { BIO_free(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = BIO_read(file, &chunk, Int32(chunk.count))
            guard count >= 0 else { throw .unreadable(file: path, why: TLSError.reason()) }
            if count == 0 { return bytes }
            bytes += chunk[..<Int(count)]
            guard bytes.count <= Limits.fileBytesMax else {
                throw .unreadable(file: path, why: "more than \(Limits.fileBytesMax) bytes")
            }
        }
    }

    /// All certificates in `bytes`, in their order; each is the caller's to free. None if one of them is damaged.
    static func certificates(_ bytes: [UInt8]) -> [OpaquePointer] {
        all(bytes, free: { X509_free($0) }) {
            PEM_read_bio_X509($0, nil, { _, _, _, _ in -1 }, nil)
        }
    }

    /// The first private key in `bytes`; the caller's to free. Nobody is asked for a password.
    static func key(_ bytes: [UInt8]) -> OpaquePointer? {
        with(bytes) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
    }

    /// All lists of revoked certificates in `bytes`; each is the caller's to free. None if one of them is damaged: the
    /// others alone would revoke less.
    static func revocations(_ bytes: [UInt8]) -> [OpaquePointer] {
        let lists = all(bytes, free: { X509_CRL_free($0) }) {
            PEM_read_bio_X509_CRL($0, nil, { _, _, _, _ in -1 }, nil)
        }
        guard lists.isEmpty else { return lists }
        return with(bytes) { d2i_X509_CRL_bio($0, nil) }.map { [$0] } ?? []
    }

    private static func all(
        _ bytes: [UInt8], free: (OpaquePointer) -> Void, _ next: (OpaquePointer) -> OpaquePointer?
    ) -> [OpaquePointer] {
        ERR_clear_error()
        var found: [OpaquePointer] = []
        _ = with(bytes) { source -> OpaquePointer? in
            while let one = next(source) { found.append(one) }
            return nil
        }
        // The end of the bytes is an error to OpenSSL, too: that nothing begins any more.
        let isWhole = copenssl_is_end_of_pem() == 1
        ERR_clear_error()
        if isWhole { return found }
        for one in found { free(one) }
        return []
    }

    private static func with(
        _ bytes: [UInt8], _ body: (OpaquePointer) -> OpaquePointer?
    ) -> OpaquePointer? {
        bytes.withUnsafeBytes { raw in
            guard let source = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count)) else {
                return nil
            }
            defer { BIO_free(source) }
            return body(source)
        }
    }
}
