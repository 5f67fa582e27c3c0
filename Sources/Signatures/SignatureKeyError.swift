internal import COpenSSL

/// Why there is no key to sign or to verify with. Where etcd has words, they are etcd's.
package enum SignatureKeyError: Error, Equatable, CustomStringConvertible {
    /// Neither of the keys is given.
    case missing
    case mismatch
    case unreadable(file: String, why: String)
    /// What is given is no key of the kind that the method takes.
    case unusable(String)

    package var description: String {
        switch self {
        case .missing: "auth: missing key data"
        case .mismatch: "auth: public and private keys don't match"
        case .unreadable(let file, let why): "cannot read \(file): \(why)"
        case .unusable(let why): why
        }
    }

    /// OpenSSL's words for what went wrong last on this thread, which then forgets it.
    static func reason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return "unknown reason" }
        return String(cString: text)
    }
}
