internal import Basics

/// Rare things that a hub notices, for tests that must have met them all.
package enum WatchMark: Int, MarkName {
    /// A watch began below the newest revision.
    case beganInHistory
    /// A watch began above the next revision.
    case beganInFuture
    /// A watch had more waiting than it may, and left the live list.
    case leftTheLive
    /// A watch that lagged was not given what it could have been, because too much waited already.
    case lackedRoom
    /// A watch that lagged has come to the end of history.
    case returnedToLive
    /// A watch was canceled because its next revision is compacted.
    case compacted
    /// A watch was given a revision that is the compacted one.
    case gaveCompactedRevision
    /// The state before a change was left out, because its revision is compacted.
    case previousCompacted
    /// A request for progress had to wait for a watch that lagged.
    case progressWaited
    /// A response was split.
    case fragmented
    /// The state was replaced by a snapshot while there were live watches.
    case stateReplaced
}
