/// The number of a write within an exactly-once session: all its tries carry the same.
package struct SessionRequest: Sendable, Hashable {
    /// The session, as the cluster gave it.
    package var session: UInt64
    /// The sequence number within the session.
    package var sequence: UInt64

    package init(session: UInt64, sequence: UInt64) {
        self.session = session
        self.sequence = sequence
    }
}
