/// The number of one write in a session: all its tries carry it, and one of them is executed.
struct WriteTicket: Equatable {
    /// The session's id.
    let session: UInt64
    let sequence: UInt64

    /// As our servers read it from the metadata `synod-session`.
    var text: String { "\(session)-\(sequence)" }
}
