import COpenSSL

/// Keys that nobody has used before, in PEM.
struct TestKeys {
    let privateKey: [UInt8]
    let publicKey: [UInt8]

    static let rsa = TestKeys(EVP_PKEY_RSA) { EVP_PKEY_CTX_set_rsa_keygen_bits($0, 2048) }
    static let edwards = TestKeys(EVP_PKEY_ED25519) { _ in 1 }
    static let p256 = curve(NID_X9_62_prime256v1)
    static let p384 = curve(NID_secp384r1)
    static let p521 = curve(NID_secp521r1)

    static func curve(_ name: Int32) -> TestKeys {
        TestKeys(EVP_PKEY_EC) { EVP_PKEY_CTX_set_ec_paramgen_curve_nid($0, name) }
    }

    private init(_ kind: Int32, _ set: (OpaquePointer) -> Int32) {
        var key: OpaquePointer?
        guard let maker = EVP_PKEY_CTX_new_id(kind, nil), EVP_PKEY_keygen_init(maker) == 1,
            set(maker) == 1, EVP_PKEY_keygen(maker, &key) == 1, let key
        else { preconditionFailure("no key") }
        privateKey = Self.text { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
        publicKey = Self.text { PEM_write_bio_PUBKEY($0, key) }
        EVP_PKEY_free(key)
        EVP_PKEY_CTX_free(maker)
    }

    private static func text(_ write: (OpaquePointer) -> Int32) -> [UInt8] {
        guard let target = BIO_new(BIO_s_mem()), write(target) == 1 else {
            preconditionFailure("no text")
        }
        defer { BIO_free(target) }
        var bytes = [UInt8](repeating: 0, count: 8 << 10)
        let count = BIO_read(target, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(count)))
    }
}
