internal import Signatures

@testable internal import Authentication

/// A signed token: any text, which nobody has signed; or header and claims of an input, signed, for what is inside a
/// right signature.
enum WebTokenInput {
    /// - Parameter isSigned: whether the input is header and claims, divided by a dot, instead of a token.
    static func run(_ input: [UInt8], isSigned: Bool) throws(Breach) {
        let key: SignatureKey
        do {
            key = try SignatureKey(.hs256, privateKey: Array("secret".utf8), publicKey: nil)
        } catch {
            throw Breach("no key: \(error)")
        }
        guard isSigned else {
            let token = WebToken(String(decoding: input, as: UTF8.self), signedBy: key)
            return try Breach.unless(token == nil, "a token that nobody has signed")
        }
        let parts = input.split(separator: 46, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let head = Base64URL.encode(Array(parts[0])) + [46] + Base64URL.encode(Array(parts[1]))
        guard let signature = key.sign(head) else { throw Breach("nothing is signed") }
        let text = String(decoding: head + [46] + Base64URL.encode(signature), as: UTF8.self)
        guard let token = WebToken(text, signedBy: key) else { return }
        guard let own = token.signed(by: key), let again = WebToken(own, signedBy: key) else {
            throw Breach("its own token is none: \(token)")
        }
        try Breach.unless(
            again.user == token.user && again.revision == token.revision
                && again.expiry == token.expiry, "\(token) became \(again)")
        _ = token.isGood(atUnixSeconds: 1_795_252_027)
    }
}
