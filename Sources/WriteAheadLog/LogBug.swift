/// A rule that a log breaks on purpose, so that whoever checks logs can be checked.
package enum LogBug: CaseIterable, Sendable {
    /// P11: a box is reported durable when its write is handed to the disk, not when it is done.
    case acknowledgeBeforeFlush
    /// P29: what cannot be read is taken for the end of the log.
    case checksumFailureTakenForEnd
    /// A flush that failed is asked for again, and its success is believed: the bytes are gone (`PosixDisk`,
    /// and whatever disk a simulator puts in its place).
    case failedFlushRetried
    /// P11: the newest batch that was read at start is flushed only, and not written again.
    case endNotWrittenAgain
    /// The room that is kept for a full disk is used before anybody is told that there is none.
    case reserveUsedUnsaid
    /// P30: segments go whose slots the store does not have yet.
    case truncationTooEarly
    /// P30: a segment's state batch does not repeat the promise of earlier ones, which may go.
    case promiseInDeletedSegment
    /// P30: the removal of a segment is not made durable: it may come back when later ones are gone.
    case phantomLowSegment
    /// A batch of the segment that a file was before is taken for one of the segment that it is: neither the
    /// segment nor the number nor the chain that its header names counts.
    case formerBatchTakenForOurs
    /// A sector of a file that was a segment before counts as never written in this life, whatever is noted of it.
    case rotTakenForFormerContents
    /// The note of what a file held is not durable when the file gets its new name (whatever disk a simulator puts
    /// in the place of `PosixDisk`).
    case formerNoteNotDurable
    /// P9: at replay a decided record decides accepted values of any ballot.
    case replayDecidesOlderBallot
    /// P9: of several accepted values for a decided slot the oldest is read back for a peer.
    case readBackTakesOldestBallot
}
