package import Replication
package import StateMachine

/// Why somebody does not get a token, or a password no hash.
package enum AuthenticationFailure: Error {
    case refused(KVError)
    /// The user logs in by certificate only.
    case noPasswordUser
    /// This node has the public key only of those who issue tokens.
    case onlyVerifies
    /// bcrypt would look at a part of it only.
    case impossiblePassword
    case notTaken(Refusal)
    case unknown(UnknownCause)
    case timedOut
}
