internal import SynodClient

/// The flags of `etcdctl` that say who asks.
enum UserFlags {
    static let all: [Flag] = [
        Flag(
            "user", "NAME[:PASSWORD]", "who asks, where users count",
            environment: ["SYNOD_USER", "ETCDCTL_USER"]),
        Flag(
            "password", "PASSWORD", "the user's password, if --user does not say it",
            environment: ["SYNOD_PASSWORD", "ETCDCTL_PASSWORD"]),
    ]

    /// What they say; nil for nobody. A password that is given nowhere is read from standard input.
    static func login(_ values: FlagValues) -> UserLogin? {
        let text = values.text("user")
        guard !text.isEmpty else { return nil }
        let (name, password) = split(text)
        let given = values.text("password")
        return UserLogin(
            name: name, password: password ?? (given.isEmpty ? read(of: name) : given))
    }

    /// `NAME:PASSWORD`, or a name alone.
    static func split(_ text: String) -> (name: String, password: String?) {
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    /// A line of standard input; empty at its end, and then nobody is let in.
    private static func read(of name: String) -> String {
        Console.readSecret("password of \(name):") ?? ""
    }

    /// The same of a password that is to be set: at the end of the input there is none, and an empty one lets
    /// everybody in, or nobody.
    static func readNew(of name: String) throws(UsageError) -> String {
        guard let password = Console.readSecret("password of \(name):") else {
            throw UsageError("a password is needed: NAME:PASSWORD, or a line of standard input")
        }
        return password
    }
}
