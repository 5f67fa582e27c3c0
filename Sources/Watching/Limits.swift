/// The bounds of this room. etcd has no limit on watches; ours are finite, far above what its clients do.
package enum Limits {
    /// Watches of one stream.
    package static let watchersPerStreamMax = 20_000
    /// Watches of all streams of a node.
    package static let watchersMax = 500_000
    /// Watches of one stream that compaction has ended and whose ids are remembered; those beyond are free again.
    package static let compactedIDsPerStreamMax = 20_000
    /// Answers to requests that wait for a client who does not read; above them its stream ends.
    package static let answersWaitingMax = 2 * watchersPerStreamMax
    /// Bytes of events that wait for one watch. Above them it leaves the live list and reads on from history.
    package static let pendingBytesPerWatcher = 256 << 10
    /// The same for all watches of one stream, what they share counted for each. Whoever has nothing waiting is given
    /// one block, of whatever size, as long as less than this waits.
    package static let pendingBytesPerStream = 8 << 20
    /// The same for all streams of a node. Above it a stream is given more only while less waits for it than one watch
    /// may have: one that is read goes on, whatever waits for others.
    package static let pendingBytesInAll = 256 << 20
    /// Events of several revisions travel in one response up to so many bytes. One revision is never split.
    package static let responseBytes = 128 << 10
    /// A revision above so many bytes is split for clients that asked for fragments: etcd's default of the longest
    /// request and what it adds.
    package static let fragmentBytesDefault = 2 << 20
    /// Changes that one batch of the history has before it ends with its revision, as in etcd.
    package static let catchUpChanges = 1_000
    /// Bytes of keys and values that such a batch has before it ends with its revision, if it comes from memory.
    package static let catchUpBytes = 1 << 20
    /// Bytes that all streams together are given in one turn of the loop.
    package static let bytesPerTurn = 4 << 20
    /// etcd's default of `--watch-progress-notify-interval`.
    package static let progressMillisecondsDefault: UInt64 = 600_000
    /// Streams are told of their progress at different times, spread over this part of the interval.
    static let progressJitterParts: UInt64 = 10
    /// Blocks of one batch that are kept for other watches that need the same one.
    static let sharedBlocksMax = 16
}
