internal import Basics

/// Rare things that a log notices, for tests that must have met them all.
package enum LogMark: Int, MarkName {
    // MARK: Writing

    /// The log went on in another segment while the process lived.
    case segmentSwitched
    /// A segment was full and the next one was not made yet.
    case waitedForSegment
    /// A segment was made of zeros.
    case segmentFilled
    /// A segment was made of the file of one that had left the log.
    case segmentRevived
    /// A segment could not be made.
    case segmentNotMade
    /// A segment was taken out of the reserve.
    case reserveUsed
    /// A segment was made larger than others, for a value that none of those has room for.
    case largerSegmentMade
    /// What was staged became several batches.
    case stagedInSeveralBatches
    /// The records of one box came into several batches.
    case boxInSeveralBatches
    /// Boxes were staged while another batch was being written.
    case stagedDuringWrite
    /// Several boxes became durable with one write.
    case boxesSharedWrite
    /// An idle log was sealed.
    case sealed
    /// A segment went.
    case segmentRemoved
    /// A segment would have gone, and was kept, because it was being read.
    case removalHeldByReader
    /// The log was longer than usual for a peer to which a snapshot is on its way.
    case pinned
    /// Decided values were read back for a peer.
    case readBack

    // MARK: Recovery

    /// A torn end was cut.
    case tornEndCut
    /// The log ended in front of bytes that its last segment's file held before.
    case endInFormerContents
    /// The first write to a new segment had not come, or only in part.
    case tornOpeningSkipped
    /// A segment that had been made and not used was found.
    case spareFound
    /// The last segment held no records and was used again.
    case segmentUsedAgain
    /// The log was read from several segments.
    case severalSegmentsRead
    /// The store had slots that the log does not have as decided.
    case storeAheadOfLog
    /// The store lacks slots that have left the log.
    case storeBehindLog
    /// The seal behind the last records was found.
    case sealFound
}
