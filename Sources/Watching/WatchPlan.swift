/// How much a hub keeps and gives at a time; each has its default in `Limits`.
package struct WatchPlan: Equatable, Sendable {
    /// A revision above so many bytes is split for clients that asked for fragments.
    package var fragmentBytes = Limits.fragmentBytesDefault
    /// How often idle watches that asked for it are told of progress.
    package var progressMilliseconds = Limits.progressMillisecondsDefault
    /// Events that wait for one watch, for all of a stream, and for all streams.
    package var pendingBytesPerWatcher = Limits.pendingBytesPerWatcher
    package var pendingBytesPerStream = Limits.pendingBytesPerStream
    package var pendingBytesInAll = Limits.pendingBytesInAll
    /// Changes, and their bytes, that one batch of the history has before it ends with its revision.
    package var catchUpChanges = Limits.catchUpChanges
    package var catchUpBytes = Limits.catchUpBytes

    /// Watches of all streams of a node.
    package var watchersMax = Limits.watchersMax

    package static let standard = WatchPlan()

    package init() {}
}
