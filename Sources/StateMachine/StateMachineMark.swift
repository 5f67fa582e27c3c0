internal import Basics

/// Rare things that a state machine notices, for tests that must have met them all.
package enum StateMachineMark: Int, MarkName {
    /// A command that had been executed came again, and was skipped.
    case commandSkipped
    /// A bundle came from an earlier start of its origin, and was skipped.
    case bundleOfEarlierBootSkipped
    /// A client's retry was answered with the result of an earlier try.
    case retryAnswered
    /// A command with a session was refused: the session, or its sequence, is not known any more.
    case sessionRefused
    /// An origin came back after a restart: what it had sent before counts as over.
    case originStartedAnew
    /// A write would have gone beyond the quota: the alarm was raised.
    case quotaExceeded
    /// Space was freed, and the alarm of the quota cleared by itself.
    case quotaKeptAgain
    /// A majority reported the same digest of the same slot.
    case digestsCompared
    /// Leases were to end by the word of a leader that was deposed since: they did not.
    case expiryOfOldLeaderSkipped
    /// A lease was to end that is not there any more, or has been granted again since.
    case expiryOfOtherGrantSkipped
    /// A lease ended because its time was over.
    case leaseExpired
    /// Users, roles or rights were changed.
    case authChanged
    /// A command was refused because its user may not do it.
    case permissionDenied
    /// A command was refused because rights have changed since it came in.
    case oldRightsRefused
    /// Commands that were about to be applied waited for keys, for a part of a range, for a change of long ago.
    case applyWaitedForKeys
    case applyWaitedForPiece
    case applyWaitedForChange
    /// A turn ended with a transaction open.
    case appliedInPieces
}
