internal import COpenSSL

/// A key that signs, or only verifies, by one method.
///
/// Unchecked: nothing of it changes, and OpenSSL's keys may be used by several threads at a time.
package final class SignatureKey: @unchecked Sendable {
    private enum Material {
        case secret([UInt8])
        /// An `EVP_PKEY`, whose reference is ours.
        case pair(OpaquePointer)
    }

    package let method: SignatureMethod
    /// Whether it is more than a public key.
    package let canSign: Bool
    private let material: Material

    /// Makes a key of the contents of files: PEM, but for a secret, which is all bytes of the private one's.
    package init(
        _ method: SignatureMethod, privateKey: [UInt8]?, publicKey: [UInt8]?
    ) throws(SignatureKeyError) {
        self.method = method
        if case .secret = method.family {
            guard let privateKey, !privateKey.isEmpty else { throw .missing }
            (material, canSign) = (.secret(privateKey), true)
            return
        }
        let own = try Self.load(privateKey, "private key", method, KeyFile.privateKey)
        let other: OpaquePointer?
        do throws(SignatureKeyError) {
            other = try Self.load(publicKey, "public key", method, KeyFile.publicKey)
        } catch {
            EVP_PKEY_free(own)
            throw error
        }
        guard let key = own ?? other else { throw .missing }
        if let own, let other {
            defer { EVP_PKEY_free(other) }
            guard EVP_PKEY_eq(own, other) == 1 else {
                EVP_PKEY_free(own)
                throw .mismatch
            }
        }
        (material, canSign) = (.pair(key), own != nil)
    }

    deinit {
        if case .pair(let key) = material { EVP_PKEY_free(key) }
    }

    private static func load(
        _ bytes: [UInt8]?, _ what: String, _ method: SignatureMethod,
        _ read: ([UInt8]) -> OpaquePointer?
    ) throws(SignatureKeyError) -> OpaquePointer? {
        guard let bytes, !bytes.isEmpty else { return nil }
        guard let key = read(bytes) else { throw .unusable("the \(what) is none, in PEM") }
        guard isOf(method, key) else {
            EVP_PKEY_free(key)
            throw .unusable("the \(what) is none for \(method.rawValue)")
        }
        return key
    }

    private static func isOf(_ method: SignatureMethod, _ key: OpaquePointer) -> Bool {
        let kind = EVP_PKEY_get_base_id(key)
        switch method.family {
        case .secret: return false
        case .rsa: return kind == EVP_PKEY_RSA
        case .saltedRSA: return kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS
        case .edwards: return kind == EVP_PKEY_ED25519
        case .curve(let name, _):
            var text = [CChar](repeating: 0, count: 64)
            guard kind == EVP_PKEY_EC,
                EVP_PKEY_get_group_name(key, &text, text.count, nil) == 1
            else { return false }
            return text.prefix { $0 != 0 }.elementsEqual(name.utf8.map { CChar($0) })
        }
    }

    // MARK: Signing

    /// The signature of `bytes`; nil if this key only verifies.
    package func sign(_ bytes: [UInt8]) -> [UInt8]? {
        guard canSign else { return nil }
        switch material {
        case .secret(let secret): return code(of: bytes, secret)
        case .pair(let key):
            guard let signature = sign(bytes, key) else { return nil }
            guard case .curve(_, let numberBytes) = method.family else { return signature }
            return CurveSignature.plain(signature, numberBytes: numberBytes)
        }
    }

    private func code(of bytes: [UInt8], _ secret: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        let result = HMAC(
            method.digest, secret, Int32(secret.count), bytes, bytes.count, &code, &count)
        precondition(result != nil, "OpenSSL refuses HMAC")
        return Array(code.prefix(Int(count)))
    }

    private func sign(_ bytes: [UInt8], _ key: OpaquePointer) -> [UInt8]? {
        withContext { context, parameters in
            guard EVP_DigestSignInit(context, &parameters, method.digest, nil, key) == 1,
                setSalt(parameters, RSA_PSS_SALTLEN_DIGEST)
            else { return nil }
            var count = 0
            guard EVP_DigestSign(context, nil, &count, bytes, bytes.count) == 1 else { return nil }
            var signature = [UInt8](repeating: 0, count: count)
            guard EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1 else {
                return nil
            }
            return Array(signature.prefix(count))
        }
    }

    // MARK: Verifying

    /// Whether whoever signed `bytes` has this key.
    package func verifies(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        guard !signature.isEmpty, signature.count <= Limits.signatureBytesMax else { return false }
        switch material {
        case .secret(let secret):
            let code = code(of: bytes, secret)
            // In a time that does not tell where they differ.
            return code.count == signature.count
                && CRYPTO_memcmp(code, signature, code.count) == 0
        case .pair(let key):
            guard case .curve(_, let numberBytes) = method.family else {
                return verifies(signature, of: bytes, key)
            }
            let packed = CurveSignature.packed(signature, numberBytes: numberBytes)
            return packed.map { verifies($0, of: bytes, key) } ?? false
        }
    }

    private func verifies(
        _ signature: [UInt8], of bytes: [UInt8], _ key: OpaquePointer
    ) -> Bool {
        withContext { context, parameters in
            EVP_DigestVerifyInit(context, &parameters, method.digest, nil, key) == 1
                && setSalt(parameters, RSA_PSS_SALTLEN_AUTO)
                && EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
        }
    }

    /// Tells OpenSSL of a salt, where the method has one.
    private func setSalt(_ parameters: OpaquePointer?, _ saltBytes: Int32) -> Bool {
        guard case .saltedRSA = method.family else { return true }
        return EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1
            && EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, saltBytes) == 1
    }

    private func withContext<Result>(
        _ body: (_ context: OpaquePointer, _ parameters: inout OpaquePointer?) -> Result
    ) -> Result {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for OpenSSL") }
        var parameters: OpaquePointer?
        defer {
            EVP_MD_CTX_free(context)
            // What went wrong is nobody's business, and not that of the next call.
            ERR_clear_error()
        }
        return body(context, &parameters)
    }
}
