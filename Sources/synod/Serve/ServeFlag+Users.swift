internal import Authentication
internal import Passwords

extension ServeFlag {
    /// How users log in.
    static let users: [ServeFlag] = [
        ServeFlag(
            "bcrypt-cost", "COST", "\(Passwords.Limits.costDefault)", .effective,
            "what a password's hash costs, as a power of two: 4 to 31"),
        ServeFlag(
            "auth-token-ttl", "SECONDS", "\(Authentication.Limits.tokenSecondsDefault)", .effective,
            "a simple token that is not used for so long is void"),
    ]
}

extension AuthenticationOptions {
    /// What the flags say.
    init(_ values: FlagValues) throws(UsageError) {
        self.init()
        bcryptCost = try values.integer(
            "bcrypt-cost", in: Passwords.Limits.costMin...Passwords.Limits.costMax)
        tokenSeconds = UInt64(try values.integer("auth-token-ttl", in: 1...1_000_000_000))
    }
}
