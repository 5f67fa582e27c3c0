internal import COpenSSL

/// A certificate that vouches for itself: it keeps secrets from those who listen, and proves nothing.
package struct SelfSignedCertificate: Sendable {
    /// The certificate, PEM.
    package let certificate: [UInt8]
    /// Its key (EC P-256), PEM, without a password.
    package let key: [UInt8]

    /// Makes one for `hosts`, names or addresses, good from now on for so many days.
    package init(hosts: [String], validDays: Int) throws(TLSError) {
        ERR_clear_error()
        guard let key = copenssl_make_key(), let certificate = X509_new() else {
            throw .unusable("no certificate can be made: \(TLSError.reason())")
        }
        defer {
            EVP_PKEY_free(key)
            X509_free(certificate)
        }
        guard Self.fill(certificate, key, hosts: hosts, validDays: validDays) else {
            throw .unusable("no certificate can be made: \(TLSError.reason())")
        }
        self.certificate = Self.text { PEM_write_bio_X509($0, certificate) }
        self.key = Self.text { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private static let secondsPerDay = 86_400

    private static func fill(
        _ certificate: OpaquePointer, _ key: OpaquePointer, hosts: [String], validDays: Int
    ) -> Bool {
        var serial: UInt64 = 0
        guard withUnsafeMutableBytes(of: &serial, { RAND_bytes($0.baseAddress, 8) }) == 1 else {
            return false
        }
        let name = X509_get_subject_name(certificate)
        return X509_set_version(certificate, 2) == 1
            // Not negative, and not zero.
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1
            && X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), validDays * secondsPerDay) != nil
            && X509_set_pubkey(certificate, key) == 1
            && X509_NAME_add_entry_by_txt(name, "O", utf8, "synod", -1, -1, 0) == 1
            && X509_set_issuer_name(certificate, name) == 1
            && add(certificate, NID_basic_constraints, "critical,CA:FALSE")
            && add(certificate, NID_key_usage, "critical,digitalSignature,keyEncipherment")
            && add(certificate, NID_ext_key_usage, "serverAuth,clientAuth")
            && add(certificate, NID_subject_alt_name, hosts.map(entry).joined(separator: ","))
            && X509_sign(certificate, key, EVP_sha256()) > 0
    }

    /// OpenSSL's `MBSTRING_UTF8`.
    private static let utf8: Int32 = 0x1000

    private static func entry(_ host: String) -> String {
        guard let address = a2i_IPADDRESS(host) else { return "DNS:\(host)" }
        ASN1_OCTET_STRING_free(address)
        return "IP:\(host)"
    }

    private static func add(_ certificate: OpaquePointer, _ kind: Int32, _ value: String) -> Bool {
        guard let part = X509V3_EXT_conf_nid(nil, nil, kind, value) else { return false }
        defer { X509_EXTENSION_free(part) }
        return X509_add_ext(certificate, part, -1) == 1
    }

    private static func text(_ write: (OpaquePointer) -> Int32) -> [UInt8] {
        guard let target = BIO_new(BIO_s_mem()) else { preconditionFailure("no memory for TLS") }
        defer { BIO_free(target) }
        precondition(write(target) == 1, "a certificate that was made can be written")
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4 << 10)
        while true {
            let count = BIO_read(target, &chunk, Int32(chunk.count))
            guard count > 0 else { return bytes }
            bytes += chunk[..<Int(count)]
        }
    }
}
