/// The bounds of this room.
package enum Limits {
    /// Passwords that are hashed or looked at at the same time.
    static let slowThreads = 2
    /// Log-ins that wait for a look at their password; one more is told to come again. A client waits for a few
    /// seconds then: so many as are looked at meanwhile.
    static let logInsMax = 200
    /// New passwords that wait to be hashed.
    static let newPasswordsMax = 56
    /// A token that is not used for so long is void, as in etcd.
    package static let tokenSecondsDefault: UInt64 = 300
    /// A signed token is good for so long, as in etcd.
    package static let webTokenSecondsDefault: Int64 = 300
    /// Signed tokens that are not verified again.
    static let verifiedTokensMax = 8_192
    /// Signatures that are not good in one second; further unknown tokens are refused unseen, for a look takes the
    /// loop's time.
    static let badSignaturesPerSecond = 1_000
    /// Places for tokens that were said lately, which are found without a copy.
    static let recentTokens = 256
    /// Tokens that a node knows; for one more, the one that would end first is void.
    static let tokensMax = 100_000
    /// How often a node looks for tokens that have ended.
    static let sweepMilliseconds: UInt64 = 10_000
    /// The random bytes of a token.
    static let secretBytes = 16
    /// The longest token that is looked at.
    static let tokenBytesMax = 8 << 10
    /// How often a password is looked at again, because rights have changed meanwhile.
    static let authenticationTries = 10
}
