internal import COpenSSL

/// What is wrong with files, names or the other side. The description is for people.
package enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file that cannot be read, or is too large.
    case unreadable(file: String, why: String)
    /// A file that does not hold what it should.
    case malformed(file: String, why: String)
    /// The parts do not fit together.
    case unusable(String)
    /// The handshake or the connection failed.
    case failed(String)
    /// The other side speaks plain HTTP.
    case plainHTTP

    /// The error in words.
    package var description: String {
        switch self {
        case .unreadable(let file, let why): "cannot read \(file): \(why)"
        case .malformed(let file, let why): "\(file): \(why)"
        case .unusable(let why): why
        case .failed(let why): "TLS: \(why)"
        case .plainHTTP: "TLS: plain HTTP where TLS is wanted"
        }
    }

    /// OpenSSL's words for what went wrong last on this thread, which then forgets it.
    static func reason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else { return "unknown reason" }
        guard let text = ERR_reason_error_string(code) else { return "error \(code)" }
        return String(cString: text)
    }
}
