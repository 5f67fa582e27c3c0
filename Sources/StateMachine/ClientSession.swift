/// A command's number within a client's session, for exactly-once execution.
package struct ClientSession: Equatable, Sendable {
    /// Given by the log when the session was registered; never by a client.
    package var id: UInt64
    /// The command's number, given by the client.
    package var sequence: UInt64

    package init(id: UInt64, sequence: UInt64) {
        self.id = id
        self.sequence = sequence
    }
}
