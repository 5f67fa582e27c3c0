/// The bounds of this room.
package enum Limits {
    /// Passwords that are hashed or looked at at the same time.
    static let slowThreads = 2
    /// Those and the ones that wait for it; one more is told to come again.
    static let slowJobsMax = 256
    /// A token that is not used for so long is void, as in etcd.
    package static let tokenSecondsDefault: UInt64 = 300
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
