/// The knobs of a log.
package struct LogOptions: Equatable, Sendable {
    /// Of new segments; a multiple of 4 KiB.
    package var segmentBytes: Int
    /// An idle log is sealed after this time without appends.
    package var sealAfterMilliseconds: UInt64
    /// Bytes of values that the log keeps behind the newest, though the store has them: a peer that lags by less
    /// needs no snapshot.
    package var tailBytes = Limits.tailBytes
    /// The same while the log is pinned for a peer to which a snapshot is on its way.
    package var pinnedBytes = Limits.pinnedBytes
    /// A rule that this log breaks on purpose.
    package var injectedBug: LogBug?

    package init(segmentBytes: Int = Limits.segmentBytes, sealAfterMilliseconds: UInt64 = 10) {
        precondition(
            segmentBytes >= Limits.segmentBytesMin && segmentBytes % Limits.fillBytes == 0,
            "the size of a segment")
        self.segmentBytes = segmentBytes
        self.sealAfterMilliseconds = sealAfterMilliseconds
    }
}
