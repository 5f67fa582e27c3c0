/// What the client knows of an operation in the end.
package enum Ending: Sendable, Hashable {
    /// It was done, as the answer says.
    case done(Answer)
    /// It certainly was not done, and never will be.
    case refused
    /// It may have been done, may be done at any later time, or never.
    case unknown
}
