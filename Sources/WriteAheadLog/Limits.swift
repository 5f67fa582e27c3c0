/// The sizes and times of the log.
package enum Limits {
    /// A segment, if the options say nothing else. Each that the log has at once was filled with zeros one day: the smaller
    /// they are, the less the log has beyond what it needs.
    package static let segmentBytes = 16 << 20
    /// The smallest segment that can be asked for.
    package static let segmentBytesMin = 64 << 10
    /// What a disk writes whole or not at all: headers and batches begin on such a boundary.
    package static let sectorBytes = 512
    /// Staged and in flight together; the owner must stop appending here.
    package static let stagedBytes = 256 << 20
    /// A batch of several values takes no more than such a part of a segment, about.
    static let batchesPerSegment = 4
    /// What a record takes beside its value, about.
    static let recordOverheadBytes = 64
    /// A buffer above this size is given back after its write.
    static let retainedStagingBytes = 8 << 20
    /// Payload of one batch: no more can be staged. A header that says more is none, whatever its checksum.
    static let payloadBytes = stagedBytes
    /// How much of a segment is read at a time.
    static let readWindowBytes = 1 << 20
    /// Batches up to this size together share one entry of the index.
    static let indexPieceBytes = 256 << 10
    /// Of slots that the store has: what the log keeps for peers that lag a little.
    static let tailBytes = 128 << 20
    /// What the log keeps at most for a peer to which a snapshot is on its way.
    static let pinnedBytes = 1 << 30
    /// Slots in one answer to a read of decided values.
    static let slotsPerRead = 65_536
    /// A value's slot is at most so far above all that the log has named before: many times what an acceptor takes.
    static let slotsAheadMax: UInt64 = 1 << 20
    /// Peers whose words are remembered.
    static let heardPeers = 1024
    /// Starts of processes on one directory that it remembers.
    static let starts = 64
    /// A new segment is filled in writes of this size ...
    static let fillBytes = 4096
    /// ... and synced after each of this size, ...
    static let fillSyncBytes = 1 << 20
    /// ... with a pause after each, in microseconds, unless the log is waiting.
    static let fillPauseMicroseconds: UInt32 = 4000
    /// Segments for which room is kept on a real disk, so that the log goes on for a while when it is full; and so many
    /// files of segments that have left the log stay, to become segments again ...
    static let keptSegments = 2...8
    /// ... of large ones fewer, so that each of the two takes no more than this, or two segments.
    static let keptBytes = 128 << 20

    /// A segment that has so many bytes at least.
    static func roundUpToFill(_ byteCount: Int) -> Int {
        (byteCount + fillBytes - 1) / fillBytes * fillBytes
    }

    /// How many segments of this size are kept in reserve, and as many retired.
    package static func keptSegments(ofBytes byteCount: Int) -> Int {
        max(keptSegments.lowerBound, min(keptSegments.upperBound, keptBytes / max(byteCount, 1)))
    }
    /// When a segment could not be made, the next attempt comes after this time.
    static let preparationRetryMilliseconds: UInt64 = 1000
    /// Operations waiting for one disk thread.
    static let queuedOperations = 4096
    /// Records of one append, as a reader believes it.
    static let recordsPerSection = 1 << 24
    /// How long a directory may stay locked by a process that is ending.
    package static let lockRetryMilliseconds = 1000
    /// Bytes of an identity file that are read.
    static let identityBytes = 64 << 10
    /// How often an operator may make a new cluster of one directory.
    static let formerClusters = 64
}
