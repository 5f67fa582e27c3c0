/// The sizes and counts that bound a replica.
package enum Limits {
    /// Commands of this node's clients that wait for their result (P22).
    package static let commandsWaiting = 20_000
    /// Their requests' bytes.
    package static let commandBytesWaiting = 64 << 20
    /// A bundle without an answer for so long is sent again: a full lane or queue may have dropped it.
    package static let overdueMilliseconds: UInt64 = 2_000
    /// Linearizable reads of this node's clients that wait.
    package static let readsWaiting = 50_000
    /// Keys and values of one answer to a read: above what a door sends. A longer one is given up while it is read, since the
    /// store may be larger than memory.
    package static let rangeBytesMax = 256 << 20
    /// A bundle is closed at this size; a larger command rides alone.
    package static let bundleBytes = 1 << 20
    /// Batches are applied in one turn of the loop until they add up to this many bytes.
    package static let appliedBytesPerTurn = 256 << 10
    /// While a flush is due and cannot begin, apply takes half of the memory that is left in so long.
    static let slowApplyMilliseconds: UInt64 = 30_000
    /// Keys that commands look at in one turn, each command counting for one at least: about a millisecond.
    package static let appliedKeysPerTurn = 1_000
    /// Changes that memory lets go of in one turn: well below a millisecond.
    static let releasedChangesPerTurn = 2_000
    /// Keys that are looked at in one turn for those that can give way.
    static let evictedKeysPerTurn = 2_000
    /// What a base's filters take for each key: what RocksStorage gives them.
    static let filterBitsPerKey = 10
    /// A base's index takes one byte for so many bytes of keys and values: an entry with a key of 64 bytes for each block
    /// of 8 KiB.
    static let stateBytesPerIndexByte = 100
    /// Values larger than a block have one entry each.
    static let indexBytesPerKeyMax = 100
    /// Rows and bytes after which a piece of a flush ends: a fraction of a millisecond, since pieces follow each other.
    static let flushPieceRows = 500
    static let flushPieceBytes = 128 << 10
    /// One piece of a snapshot on its way.
    static let snapshotChunkBytes = 1 << 20
    /// Pieces that were asked for and have not come.
    static let snapshotWindowBytes = 4 << 20
    /// A node asks for so much of a snapshot in a second, so that the peer has time and room for its clients.
    static let snapshotBytesPerSecond = 128 << 20
    /// Without a sign for so long the source is asked again; without one for so much longer another one is asked.
    static let snapshotRetryMilliseconds: UInt64 = 1_000
    static let snapshotSilenceMilliseconds: UInt64 = 10_000
    /// A peer that has not made one after so long, though it says that it is at it, is left for another one, too.
    static let snapshotMakingMilliseconds: UInt64 = 120_000
    /// A peer that failed to give a snapshot is not asked again for so long if there is another one.
    static let snapshotShunMilliseconds: UInt64 = 10_000
    /// A node that could not keep what came of a snapshot asks nobody for so long.
    static let snapshotRestMilliseconds: UInt64 = 10_000
    /// The log says again that a snapshot is needed after so long.
    static let tellOfNeedMilliseconds: UInt64 = 30_000
    /// Pieces that are being read for peers at a time.
    static let snapshotReads = 16
    /// A snapshot that nobody reads for so long is dropped.
    static let snapshotKeptMilliseconds: UInt64 = 60_000
    /// Snapshots that are kept for peers.
    static let snapshotsGiven = 2
    /// A pass over the base is read in so many pieces a second: each is a few milliseconds of a thread that makes
    /// and takes snapshots, too.
    static let scrubPiecesPerSecond = 8
    /// One piece, where a short interval makes the pass a fast one.
    static let scrubPieceBytesMax = 16 << 20
    /// The first pass begins so long after the start, or after one interval if that is shorter: a start has enough
    /// to read.
    static let firstScrubMilliseconds: UInt64 = 600_000
    /// One piece of a backup.
    static let backupChunkBytes = 128 << 10
    /// A backup of which nothing is read for so long is over: it keeps files of the base from going.
    static let backupStallMilliseconds: UInt64 = 120_000
    /// The header of a backup, with the names of all files.
    static let backupHeaderBytesMax = 16 << 20
    /// Flushes whose revision is remembered: a copy of the base is of one of the newest two or three.
    static let flushesRemembered = 16
    /// Leadership is given up for want of space at most once in so long: the others may lack it, too.
    static let handOverForSpaceMilliseconds: UInt64 = 10_000
    /// Who lacks fewer slots than these is not catching up, but on its way as always.
    static let slotsWorthTelling: UInt64 = 1_000
    /// How often the log hears how far catching up is.
    static let progressMilliseconds: UInt64 = 5_000
    /// How often a leader looks whether a seat or a vote is to be given.
    static let admissionMilliseconds: UInt64 = 100
    /// Who is given a vote has everything durably that was decided so long ago (P5).
    static let voterLagMilliseconds: UInt64 = 1_000
    /// Peers are told again of a full disk after so long, and forget it when they hear nothing for so much longer.
    static let tellPeersOfSpaceMilliseconds: UInt64 = 1_000
    static let fullPeerRememberedMilliseconds: UInt64 = 5_000
    /// The log speaks of a full disk once in so long.
    static let tellOfSpaceMilliseconds: UInt64 = 10_000
    /// How long the log may be held back by order.
    package static let flushPauseMilliseconds: UInt64 = 60_000
    /// One answer to a peer that catches up from the log.
    package static let catchUpBytes: UInt32 = 4 << 20
    /// Peers, members and others, of which the newest hello is kept: more than members and guests can be at a time.
    static let peersRemembered = 256
    /// Lives of peers, other than their newest, of which is remembered how far they had come.
    static let livesRemembered = 256
    /// A Decide alone waits for company so long, if another one left as shortly before.
    static let decideWaitsMilliseconds: UInt64 = 10
    /// A peer that sent a command or asked for a read so shortly before is told of decisions at once.
    static let askingMilliseconds: UInt64 = 1_000
    /// What is kept of a peer that is sent nothing goes after so long, which is no less than either of the two above.
    static let laneKeptMilliseconds: UInt64 = 1_000
    /// Messages kept for a peer in one turn, in bytes, beyond which they are dropped: it will ask again.
    package static let outboundBytesPerPeer = 96 << 20
    /// Calls of this node's clients about leases that wait.
    package static let leaseCallsWaiting = 50_000
    /// Leases that one note to the leader asks about.
    static let leasesPerInquiry = 4096
    /// An inquiry without an answer for so long is made again; what the leader put off, so much later.
    static let leaseRetryMilliseconds: UInt64 = 500
    static let leasePauseMilliseconds: UInt64 = 20
    /// Leases, and about how many of their keys, that one command ends: it is applied within a millisecond. One such
    /// command per tick makes 25,600 leases a second.
    static let leasesPerExpiry = 256
    static let leaseKeysPerExpiry = 512
    /// Such commands on their way at a time.
    static let leaseExpiriesUnderWay = 4
    /// A lease that could not be revoked is tried again so much later.
    static let leaseExpiryRetryMilliseconds: UInt64 = 1_000
    /// Deadlines of leases that are gone are kept up to so many beyond those of as many that are there.
    static let leaseEntriesSpare = 1024
    /// etcd's times of compactions by themselves: by revisions it looks so often; with a period it compacts at least so
    /// often, and looks so often in between.
    package static let compactionLookMilliseconds: UInt64 = 300_000
    package static let compactionMillisecondsMax: UInt64 = 3_600_000
    static let looksPerCompaction: UInt64 = 10
    /// Members that learn and wait to be promoted, as in etcd.
    static let learnersMax = 1
    /// Members of a cluster: as many as votes can be counted.
    static let membersMax = 64
    /// Peer URLs of one member, and the bytes of each.
    static let urlsMax = 16
    static let urlBytesMax = 512
    /// Orders to change the members that wait at one node.
    static let ordersWaiting = 64
    /// An order is given again when no answer has come for so long, or when the leader could not take it.
    static let orderRetryMilliseconds: UInt64 = 500
    static let orderPauseMilliseconds: UInt64 = 20
}
