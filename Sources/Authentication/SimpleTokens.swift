internal import Digests
internal import StateMachine

/// The tokens that this node has heard of, as each slot issued them. A token has a secret, which nobody but its bearer
/// and the memory of nodes knows, and the slot that issued it: `SECRET.SLOT`.
final class SimpleTokens {
    private final class Entry {
        let token: IssuedToken
        let access: Access
        var deadlineMilliseconds: UInt64
        /// The token as its bearer says it, once somebody has.
        var text: String?
        /// It was found valid at this revision of the rights.
        var validAt: UInt64 = 0

        init(_ token: IssuedToken, deadlineMilliseconds: UInt64) {
            self.token = token
            access = Access(user: token.user, authRevision: nil)
            self.deadlineMilliseconds = deadlineMilliseconds
        }
    }

    private let lifeMilliseconds: UInt64
    private var byDigest: [[UInt8]: Entry] = [:]
    /// Those that were said: a request that says one costs no digest.
    private var byText: [String: Entry] = [:]
    /// The same for those that were said lately: a request that says one costs no text either.
    private var recent = RecentTokens<Entry>()

    init(lifeMilliseconds: UInt64) { self.lifeMilliseconds = lifeMilliseconds }

    var count: Int { byDigest.count }

    /// A secret that nobody can guess.
    static func drawSecret() -> String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = SecureRandom.bytes(Limits.secretBytes)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// What the log says of a secret.
    static func digest(of secret: some StringProtocol) -> [UInt8] {
        SHA256.digest(Array(secret.utf8))
    }

    /// The slot that issued a token; nil if it is none.
    static func slot(of text: String) -> UInt64? {
        guard text.utf8.count <= Limits.tokenBytesMax, let dot = text.lastIndex(of: ".") else {
            return nil
        }
        let digits = text[text.index(after: dot)...]
        // A number has one form here: no sign, no zeros before it.
        guard let slot = UInt64(digits), String(slot) == digits else { return nil }
        return slot
    }

    /// Tokens were issued.
    func take(_ issued: [IssuedToken], nowMilliseconds: UInt64) {
        for token in issued {
            if byDigest.count >= Limits.tokensMax { removeOldest() }
            byDigest[token.digest] = Entry(
                token, deadlineMilliseconds: nowMilliseconds + lifeMilliseconds)
        }
    }

    /// The same as `user`, for a token that was said lately and is still good; nil tells nothing.
    func knownAccess(
        _ token: UnsafeRawBufferPointer, _ auth: AuthTable, nowMilliseconds: UInt64
    ) -> Access? {
        guard let entry = recent.entry(of: token), entry.validAt == auth.revision, auth.isEnabled,
            nowMilliseconds < entry.deadlineMilliseconds
        else { return nil }
        entry.deadlineMilliseconds = nowMilliseconds + lifeMilliseconds
        return entry.access
    }

    /// Whose token it is, which lives on for as long again; nil if it is nobody's.
    func user(of text: String, _ auth: AuthTable, nowMilliseconds: UInt64) -> [UInt8]? {
        guard let entry = byText[text] ?? entry(of: text) else { return nil }
        if entry.validAt != auth.revision || !auth.isEnabled {
            guard auth.isValid(entry.token) else { return forget(entry) }
            entry.validAt = auth.revision
        }
        guard nowMilliseconds < entry.deadlineMilliseconds else { return forget(entry) }
        entry.deadlineMilliseconds = nowMilliseconds + lifeMilliseconds
        recent.note(text, entry)
        return entry.token.user
    }

    private func entry(of text: String) -> Entry? {
        guard let slot = Self.slot(of: text), let dot = text.lastIndex(of: "."),
            let entry = byDigest[Self.digest(of: text[..<dot])], entry.token.slot == slot
        else { return nil }
        if let other = entry.text { byText[other] = nil }
        entry.text = text
        byText[text] = entry
        return entry
    }

    /// Forgets what has ended.
    func sweep(nowMilliseconds: UInt64) {
        for entry in byDigest.values where entry.deadlineMilliseconds <= nowMilliseconds {
            forget(entry)
        }
    }

    private func removeOldest() {
        let oldest = byDigest.values.min { $0.deadlineMilliseconds < $1.deadlineMilliseconds }
        if let oldest { forget(oldest) }
    }

    @discardableResult
    private func forget(_ entry: Entry) -> [UInt8]? {
        entry.deadlineMilliseconds = 0
        byDigest[entry.token.digest] = nil
        if let text = entry.text { byText[text] = nil }
        return nil
    }
}
