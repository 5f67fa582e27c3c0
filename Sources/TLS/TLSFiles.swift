/// Where certificates lie. All files are PEM; the revocations may be DER.
package struct TLSFiles: Sendable, Hashable {
    /// What this side shows: its certificate, and those between it and the authority.
    package var certificate: String?
    /// The key of the certificate.
    package var key: String?
    /// The authorities that the other side's certificate must come from.
    package var trustedAuthorities: String?
    /// Certificates that count no more.
    package var revocations: String?

    package init(
        certificate: String? = nil, key: String? = nil, trustedAuthorities: String? = nil,
        revocations: String? = nil
    ) {
        self.certificate = certificate
        self.key = key
        self.trustedAuthorities = trustedAuthorities
        self.revocations = revocations
    }

    /// Reads all of them. It waits for the disk: not on a loop that serves.
    package func read() throws(TLSError) -> TLSMaterial {
        guard (certificate == nil) == (key == nil) else {
            throw .unusable("a certificate needs its key, and a key its certificate")
        }
        return TLSMaterial(
            files: self, certificate: try Self.bytes(certificate), key: try Self.bytes(key),
            trustedAuthorities: try Self.bytes(trustedAuthorities),
            revocations: try Self.bytes(revocations))
    }

    private static func bytes(_ path: String?) throws(TLSError) -> [UInt8]? {
        guard let path else { return nil }
        return try PEM.read(path)
    }
}
