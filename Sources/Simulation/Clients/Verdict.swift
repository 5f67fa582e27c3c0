internal import Histories

/// How one try of an operation ended, as far as the client can tell.
enum Verdict {
    case done(Answer)
    /// The state machine refused it: no try of it did or will do anything.
    case failed
    /// Its session has ended, or has forgotten: this try did nothing, an earlier one may have.
    case noSession
    /// Refused before it was handed on: this try did nothing, an earlier one may have.
    case refused
    case unknown

    var isUnknown: Bool { if case .unknown = self { true } else { false } }
}
