/// A rule that a hub breaks on purpose, so that whoever checks watches can be checked.
package enum WatchBug: CaseIterable, Sendable {
    /// P39: a watch that has read a batch of history is live again, whatever came meanwhile.
    case gapAtReturnToLive
    /// P35: a delete at the compacted revision is not told to a watch that starts there.
    case deleteEventAtCompactRevision
    /// P35: the state before a change is told wherever it is still there.
    case prevKvDiffersBetweenNodes
    /// A progress response names the newest revision while a watch lags.
    case progressAheadOfEvents
    /// P34: after a snapshot was installed, live watches go on behind it.
    case watchResumesBehindInstall
    /// A watch that leaves the live list is given again what waits for it.
    case duplicateEventAtHandOver
    /// A batch of history ends inside a revision.
    case revisionSplitInHistory
    /// P35: a watch whose next revision is compacted goes on behind it.
    case compactedRevisionsSkipped
}
