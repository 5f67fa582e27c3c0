internal import COpenSSL

/// How something is signed, by the names of RFC 7518 and, for `EdDSA`, RFC 8037.
package enum SignatureMethod: String, Sendable, CaseIterable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"

    /// What kind of key it takes.
    enum Family {
        /// A secret, which verifies and signs.
        case secret
        case rsa
        /// RSA with a salt.
        case saltedRSA
        /// The name of the curve, and the bytes of a number on it.
        case curve(String, numberBytes: Int)
        case edwards
    }

    var family: Family {
        switch self {
        case .hs256, .hs384, .hs512: .secret
        case .rs256, .rs384, .rs512: .rsa
        case .ps256, .ps384, .ps512: .saltedRSA
        case .es256: .curve("prime256v1", numberBytes: 32)
        case .es384: .curve("secp384r1", numberBytes: 48)
        case .es512: .curve("secp521r1", numberBytes: 66)
        case .edDSA: .edwards
        }
    }

    /// OpenSSL's digest; nil where the signature has its own.
    var digest: OpaquePointer? {
        switch self {
        case .hs256, .rs256, .ps256, .es256: EVP_sha256()
        case .hs384, .rs384, .ps384, .es384: EVP_sha384()
        case .hs512, .rs512, .ps512, .es512: EVP_sha512()
        case .edDSA: nil
        }
    }
}
