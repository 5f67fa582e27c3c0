/// Signed tokens whose signatures were found good, so that a request that says one again costs no signature. Two
/// generations: the older one goes when the younger one is full, but for those who were asked for meanwhile.
struct VerifiedTokens {
    final class Entry {
        let token: WebToken
        let access: Access

        init(_ token: WebToken) {
            self.token = token
            access = Access(user: Array(token.user.utf8), authRevision: token.revision)
        }
    }

    private var young: [String: Entry] = [:]
    private var old: [String: Entry] = [:]

    var count: Int { young.count + old.count }

    mutating func entry(of text: String) -> Entry? {
        if let entry = young[text] { return entry }
        guard let entry = old.removeValue(forKey: text) else { return nil }
        add(text, entry)
        return entry
    }

    mutating func add(_ text: String, _ entry: Entry) {
        if young.count >= Limits.verifiedTokensMax / 2 {
            old = young
            young = [:]
        }
        young[text] = entry
    }
}
