internal import Authentication
internal import Passwords

extension ServeFlag {
    /// How users log in.
    static let users: [ServeFlag] = [
        ServeFlag(
            "auth-token", "KIND", "simple", .effective,
            "simple, or jwt,sign-method=METHOD,pub-key=FILE,priv-key=FILE,ttl=TIME for signed tokens"
        ),
        ServeFlag(
            "bcrypt-cost", "COST", "\(Passwords.Limits.costDefault)", .effective,
            "what a password's hash costs, as a power of two: 4 to 31"),
        ServeFlag(
            "auth-token-ttl", "SECONDS", "\(Authentication.Limits.tokenSecondsDefault)", .effective,
            "a simple token that is not used for so long is void"),
    ]
}
