internal import Protobuf
internal import Signatures

/// A token that says itself who its bearer is, and is signed: a JSON web token (RFC 7519) with the claims that etcd
/// writes.
struct WebToken: Equatable, Sendable {
    let user: String
    /// The revision of the rights that it was issued at.
    let revision: UInt64
    /// The last second at which it is good; nil: none is the last.
    let expiry: Int64?
    /// The first second at which it is good, by any of the claims that say so.
    let start: Int64?

    init(user: String, revision: UInt64, expiry: Int64?, start: Int64? = nil) {
        (self.user, self.revision) = (user, revision)
        (self.expiry, self.start) = (expiry, start)
    }

    /// Reads a token that somebody has signed who has this key; nil for anything else.
    ///
    /// - Parameter willLook: called before the signature is looked at, which takes long.
    init?(_ text: String, signedBy key: SignatureKey, willLook: () -> Void = {}) {
        guard text.utf8.count <= Limits.tokenBytesMax else { return nil }
        let bytes = Array(text.utf8)
        let dot = UInt8(ascii: ".")
        let parts = bytes.split(separator: dot, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isHeader(parts[0], of: key.method),
            let signature = Base64URL.decode(parts[2])
        else { return nil }
        willLook()
        guard key.verifies(signature, of: Array(bytes[..<parts[1].endIndex])),
            let claims = Self.object(parts[1]), let user = claims["username"]?.asString,
            case .number? = claims["revision"],
            let revision = claims["revision"]?.asInteger(UInt64.self),
            let expiry = Self.time("exp", of: claims), let issue = Self.time("iat", of: claims),
            let start = Self.time("nbf", of: claims)
        else { return nil }
        self.init(
            user: user, revision: revision, expiry: expiry,
            start: [issue, start].compactMap(\.self).max())
    }

    /// Whether the token counts at a time.
    func isGood(atUnixSeconds now: Int64) -> Bool {
        now <= expiry ?? .max && now >= start ?? .min
    }

    /// Its text; nil if the key only verifies. Takes as long as a signature takes: not on a loop.
    func signed(by key: SignatureKey) -> String? {
        var header = JSONWriter()
        header.beginObject()
        header.name("alg")
        header.write(key.method.rawValue)
        header.name("typ")
        header.write("JWT")
        header.endObject()
        let head =
            Base64URL.encode(header.bytes) + [UInt8(ascii: ".")] + Base64URL.encode(claims)
        guard let signature = key.sign(head) else { return nil }
        return String(
            decoding: head + [UInt8(ascii: ".")] + Base64URL.encode(signature), as: UTF8.self)
    }

    /// In etcd's order.
    private var claims: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if let expiry {
            writer.name("exp")
            writer.write(expiry)
        }
        writer.name("revision")
        writer.write(revision)
        writer.name("username")
        writer.write(user)
        writer.endObject()
        return writer.bytes
    }

    /// The token's own word of how it is signed must be ours: whoever may choose would choose none, or a public key for
    /// a secret. What must be understood (`crit`) is not.
    private static func isHeader(_ part: ArraySlice<UInt8>, of method: SignatureMethod) -> Bool {
        guard let header = object(part) else { return false }
        return header["alg"]?.asString == method.rawValue && header["crit"] == nil
    }

    private static func object(_ part: ArraySlice<UInt8>) -> JSONValue? {
        guard let bytes = Base64URL.decode(part), let value = try? JSONValue.parse(bytes),
            value.asMembers != nil
        else { return nil }
        return value
    }

    /// A claim that is a time in seconds, whose fraction does not count; no time if it is not there, and nil if it is
    /// something else.
    private static func time(_ name: String, of claims: JSONValue) -> Int64?? {
        guard let claim = claims[name] else { return .some(nil) }
        guard case .number(let text) = claim, let seconds = Double(text),
            let whole = Int64(exactly: seconds.rounded(.towardZero))
        else { return nil }
        return whole
    }
}
