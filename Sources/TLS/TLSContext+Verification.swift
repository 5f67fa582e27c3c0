internal import COpenSSL

// What a certificate must be beyond what OpenSSL checks by itself: chain, time and purpose.
extension TLSContext {
    /// Asks for certificates as the policy says, and looks at each that comes.
    func setVerification() {
        let isAsked = role == .server ? policy.demandsCertificate : policy.verifiesServer
        guard isAsked else { return SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nil) }
        SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT) {
            isGood, store in
            guard isGood == 1, let store else { return isGood }
            let index = SSL_get_ex_data_X509_STORE_CTX_idx()
            guard let ssl = X509_STORE_CTX_get_ex_data(store, index),
                let owner = SSL_get_ex_data(OpaquePointer(ssl), 0)
            else { return 0 }
            return Unmanaged<TLSSession>.fromOpaque(owner)._withUnsafeGuaranteedRef {
                $0.context.judge(store) ? 1 : 0
            }
        }
    }

    /// Judges one certificate of a chain that is otherwise good; sets the store's error if it is not.
    private func judge(_ store: OpaquePointer) -> Bool {
        guard let certificate = X509_STORE_CTX_get_current_cert(store) else { return false }
        guard !isRevoked(certificate) else {
            X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REVOKED)
            return false
        }
        guard X509_STORE_CTX_get_error_depth(store) == 0, !isAllowed(certificate) else {
            return true
        }
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION)
        return false
    }

    private func isRevoked(_ certificate: OpaquePointer) -> Bool {
        revocations.contains { copenssl_is_revoked($0, certificate) == 1 }
    }

    /// As etcd: the exact common name, or a name among those that the certificate is for.
    private func isAllowed(_ certificate: OpaquePointer) -> Bool {
        if let name = policy.allowedCommonName {
            return PeerCertificate.commonName(of: certificate) == name
        }
        guard let host = policy.allowedHost else { return true }
        return X509_check_host(certificate, host, 0, copenssl_host_flags(), nil) == 1
            || X509_check_ip_asc(certificate, host, 0) == 1
    }
}
