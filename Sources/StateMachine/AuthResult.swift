/// What a change of users or roles came to.
package struct AuthResult: Equatable, Sendable {
    /// The store's revision, which stays the same.
    package let revision: Int64
    /// The slot of the command: the second half of a token that it issued.
    package let slot: UInt64
}
