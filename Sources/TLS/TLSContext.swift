internal import COpenSSL

/// One side's certificates, trust and rules, ready for any number of sessions. It does not change: new
/// files make a new one, and sessions that are open keep theirs.
///
/// Made on any thread, used on any.
package final class TLSContext: @unchecked Sendable {
    /// Which end of a connection.
    package enum Role: Sendable { case client, server }

    package let role: Role
    package let policy: TLSPolicy
    let raw: OpaquePointer
    /// Lists of certificates that count no more.
    let revocations: [OpaquePointer]

    /// Fails if a file does not hold what it should, or the parts do not fit together.
    package init(
        _ role: Role, _ material: TLSMaterial, _ policy: TLSPolicy
    ) throws(TLSError) {
        self.role = role
        self.policy = policy
        ERR_clear_error()
        guard let raw = SSL_CTX_new(role == .server ? TLS_server_method() : TLS_client_method())
        else { throw .unusable(TLSError.reason()) }
        self.raw = raw
        revocations = material.revocations.map(PEM.revocations) ?? []
        if let file = material.files.revocations, revocations.isEmpty {
            throw .malformed(file: file, why: "no list of revoked certificates")
        }
        copenssl_set_manners(raw)
        copenssl_set_chain_bytes_max(raw, Limits.chainBytesMax)
        try setVersionsAndSuites()
        try setCertificate(material)
        try setTrust(material)
        setProtocols()
    }

    deinit {
        for list in revocations { X509_CRL_free(list) }
        SSL_CTX_free(raw)
    }

    private func setVersionsAndSuites() throws(TLSError) {
        let highest = policy.versionMax?.number ?? 0
        guard copenssl_set_versions(raw, policy.versionMin.number, highest) == 1 else {
            throw .unusable("the versions of TLS: \(TLSError.reason())")
        }
        let suites = policy.cipherSuites.isEmpty ? CipherSuite.standard : policy.cipherSuites
        guard SSL_CTX_set_cipher_list(raw, suites.joined(separator: ":")) == 1 else {
            throw .unusable("the cipher suites: \(TLSError.reason())")
        }
    }

    private func setCertificate(_ material: TLSMaterial) throws(TLSError) {
        guard let bytes = material.certificate, let keyBytes = material.key else {
            guard role == .client else {
                throw .unusable("a server needs a certificate and its key")
            }
            return
        }
        let files = material.files
        let chain = PEM.certificates(bytes)
        guard let own = chain.first else {
            throw .malformed(file: files.certificate ?? "", why: "no certificate in it")
        }
        let isTaken = SSL_CTX_use_certificate(raw, own) == 1
        X509_free(own)
        for further in chain.dropFirst() where copenssl_add_chain_certificate(raw, further) != 1 {
            X509_free(further)
        }
        guard isTaken else {
            throw .malformed(file: files.certificate ?? "", why: TLSError.reason())
        }
        guard let key = PEM.key(keyBytes) else {
            throw .malformed(
                file: files.key ?? "", why: "no private key without a password in it")
        }
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_PrivateKey(raw, key) == 1, SSL_CTX_check_private_key(raw) == 1 else {
            throw .malformed(file: files.key ?? "", why: TLSError.reason())
        }
    }

    private func setTrust(_ material: TLSMaterial) throws(TLSError) {
        if let bytes = material.trustedAuthorities {
            let authorities = PEM.certificates(bytes)
            defer { for authority in authorities { X509_free(authority) } }
            guard !authorities.isEmpty else {
                throw .malformed(
                    file: material.files.trustedAuthorities ?? "", why: "no certificate in it")
            }
            let store = SSL_CTX_get_cert_store(raw)
            precondition(copenssl_trust_all_in(store) == 1, "a flag that OpenSSL does not know")
            for authority in authorities {
                X509_STORE_add_cert(store, authority)
                // Clients choose what they show by the names of those whom we trust.
                if role == .server { SSL_CTX_add_client_CA(raw, authority) }
            }
            ERR_clear_error()
        } else if role == .client {
            SSL_CTX_set_default_verify_paths(raw)
        } else if policy.demandsCertificate {
            throw .unusable("clients are to show a certificate, and no authority is trusted")
        }
        setVerification()
    }

    private func setProtocols() {
        if role == .server {
            copenssl_select_protocols(raw)
        } else {
            let isOffered = copenssl_offer_http2(raw)
            precondition(isOffered == 1, "no protocols offered: out of memory")
        }
    }
}
