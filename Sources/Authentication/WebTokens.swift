package import Signatures

/// Issues and takes signed tokens. All nodes have the key: what one has issued, each takes, and no log has to tell.
///
/// Not Sendable: the loop owns it.
package final class WebTokens {
    let key: SignatureKey
    private let lifeSeconds: Int64
    private let unixSeconds: () -> Int64
    private var verified = VerifiedTokens()
    private var recent = RecentTokens<VerifiedTokens.Entry>()
    /// How many signatures were not good in the newest second.
    private var badSignatures: (second: Int64, count: Int) = (0, 0)
    /// How often a signature was looked at.
    private(set) var verificationCount = 0

    /// - Parameter unixSeconds: the time that nodes and those who issue tokens agree on, as far as they do.
    package init(key: SignatureKey, lifeSeconds: Int64, unixSeconds: @escaping () -> Int64) {
        (self.key, self.lifeSeconds, self.unixSeconds) = (key, lifeSeconds, unixSeconds)
    }

    /// A token that is good from now on.
    func make(for user: String, revision: UInt64) -> WebToken {
        WebToken(user: user, revision: revision, expiry: unixSeconds() + lifeSeconds)
    }

    /// The same as `access`, for a token that was said lately and is still good; nil tells nothing.
    func knownAccess(_ token: UnsafeRawBufferPointer) -> Access? {
        guard let entry = recent.entry(of: token),
            entry.token.isGood(atUnixSeconds: unixSeconds())
        else { return nil }
        return entry.access
    }

    /// Who says this token; nil if it is none, or not any more.
    func access(of text: String) -> Access? {
        let now = unixSeconds()
        // One whose time is over stays a while, too: it costs no second look.
        guard let entry = verified.entry(of: text) ?? verify(text, atUnixSeconds: now) else {
            return nil
        }
        recent.note(text, entry)
        return entry.token.isGood(atUnixSeconds: now) ? entry.access : nil
    }

    private func verify(_ text: String, atUnixSeconds now: Int64) -> VerifiedTokens.Entry? {
        if now != badSignatures.second { badSignatures = (now, 0) }
        guard badSignatures.count < Limits.badSignaturesPerSecond else { return nil }
        let looks = verificationCount
        guard let token = WebToken(text, signedBy: key, willLook: { verificationCount += 1 }) else {
            // What cannot be a token of ours costs no look, and takes none from others.
            badSignatures.count += verificationCount - looks
            return nil
        }
        let entry = VerifiedTokens.Entry(token)
        verified.add(text, entry)
        return entry
    }
}
