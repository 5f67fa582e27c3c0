internal import Passwords

/// What an operator can set.
package struct AuthenticationOptions: Sendable, Equatable {
    /// `--bcrypt-cost`: what a hash costs, as a power of two.
    package var bcryptCost = Passwords.Limits.costDefault
    /// `--auth-token-ttl`: a simple token that is not used for so long is void.
    package var tokenSeconds = Limits.tokenSecondsDefault
    /// `--auth-token jwt,…`; nil: simple tokens.
    package var webTokens: WebTokenOptions?

    package init() {}
}
