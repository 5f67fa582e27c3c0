internal import Authentication
internal import Passwords
internal import Signatures

extension AuthenticationOptions {
    /// What the flags say; adds a sentence to `warnings` for what is not followed.
    init(_ values: FlagValues, warnings: inout [String]) throws(UsageError) {
        self.init()
        bcryptCost = try values.integer(
            "bcrypt-cost", in: Passwords.Limits.costMin...Passwords.Limits.costMax)
        tokenSeconds = UInt64(try values.integer("auth-token-ttl", in: 1...1_000_000_000))
        let source = values.source("auth-token")
        var words = values.text("auth-token").split(
            separator: ",", omittingEmptySubsequences: false)
        let kind = words.removeFirst()
        let options = try Self.options(words, source)
        switch kind {
        case "simple": break
        case "jwt": webTokens = try WebTokenOptions(options, source, &warnings)
        default: throw Self.complaint(source, "\"\(kind)\" is neither simple nor jwt")
        }
    }

    /// As etcd reads them: each a name and a value, and none twice.
    private static func options(
        _ words: [Substring], _ source: String
    ) throws(UsageError) -> [Substring: Substring] {
        var options: [Substring: Substring] = [:]
        for word in words {
            let pair = word.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw complaint(source, "\"\(word)\" is not NAME=VALUE") }
            guard options.updateValue(pair[1], forKey: pair[0]) == nil else {
                throw complaint(source, "\(pair[0]) is given twice")
            }
        }
        return options
    }

    /// With etcd's words first.
    static func complaint(_ source: String, _ why: String) -> UsageError {
        UsageError("\(source): auth: invalid auth options: \(why)")
    }
}

extension WebTokenOptions {
    private static let names: Set<Substring> = ["sign-method", "pub-key", "priv-key", "ttl"]

    /// With etcd's rules: there must be a method, and everything else has its default.
    init(
        _ options: [Substring: Substring], _ source: String, _ warnings: inout [String]
    ) throws(UsageError) {
        for name in options.keys.sorted() where !Self.names.contains(name) {
            warnings.append("\(source): unknown JWT option \(name)")
        }
        guard let method = SignatureMethod(rawValue: String(options["sign-method"] ?? "")) else {
            let known = SignatureMethod.allCases.map(\.rawValue).joined(separator: ", ")
            throw AuthenticationOptions.complaint(
                source, "auth: invalid auth signature method; there are \(known)")
        }
        var lifeSeconds = Authentication.Limits.webTokenSecondsDefault
        if let text = options["ttl"], !text.isEmpty {
            // Tokens end at whole seconds.
            guard let time = DurationText.milliseconds(text), time >= 1_000 else {
                throw AuthenticationOptions.complaint(source, "ttl must be a time, as 5m")
            }
            lifeSeconds = Int64(time / 1_000)
        }
        func file(_ name: Substring) -> String? {
            options[name].flatMap { $0.isEmpty ? nil : String($0) }
        }
        self.init(
            method: method, publicKeyFile: file("pub-key"), privateKeyFile: file("priv-key"),
            lifeSeconds: lifeSeconds)
    }
}
