/// What a server says when a session does not know whether a sequence has run. The try itself did not.
enum SessionRefusal {
    /// The session is not there (any more).
    case sessionExpired
    /// The sequence is older than what the session remembers.
    case sequenceForgotten

    /// Nil if the failure is another one.
    init?(_ failure: ClientError) {
        guard failure.code == .failedPrecondition else { return nil }
        if failure.message.hasPrefix("synod: session has expired") {
            self = .sessionExpired
        } else if failure.message.hasPrefix("synod: sequence is too old") {
            self = .sequenceForgotten
        } else {
            return nil
        }
    }
}
