/// The sizes of the rows' files and caches.
package enum Limits {
    /// A file of rows.
    static let fileBytes: UInt64 = 64 << 20
    /// A block of rows within a file: what is read at once, and compressed by itself.
    static let blockBytes = 8 << 10
    /// The same where rows are read in order: LZ4 looks back so far.
    static let blockBytesInOrder = 64 << 10
    /// A block of the index or the filter.
    static let metadataBlockBytes: UInt64 = 8 << 10
    /// Bits of a filter for each row: one absent row in a hundred costs a read.
    static let filterBitsPerRow = 10.0
    /// Files of the newest level that start a compaction.
    ///
    /// Of each flush of keys in no order two files go there: newest states, and the index with the tables. A compaction
    /// writes the older level anew, so the more at once the fewer bytes; each file costs reads a look at its filter.
    static let newestLevelFiles: Int32 = 24
    /// Bytes of the newest level that start one, and what the level below it may hold.
    static let newestLevelBytes: UInt64 = 512 << 20
    /// Files of the newest level above which reads have become slow: no flush should begin.
    static let newestLevelFilesMax = 48
    /// What is read ahead where everything is read.
    static let readaheadBytes = 1 << 20
    /// New files are written out in parts of this size, so that no flush of the log waits for a large one.
    static let bytesPerSync: UInt64 = 1 << 20
    /// The cache of blocks, indexes and filters, where nothing else is said.
    package static let cacheBytesDefault = 128 << 20
    /// Background threads that compact.
    static let backgroundThreads: Int32 = 2
    /// What compactions may write in a second: several times what clients put in one second, since each byte is
    /// merged more than once.
    static let backgroundBytesPerSecond: Int64 = 96 << 20
    /// Within a second the budget is given out so often.
    static let backgroundRefillMicroseconds: Int64 = 10_000
    /// Open files, each with its memory.
    static let openFiles: Int32 = 512
    /// Room that RocksDB takes for its manifest ahead of need; by itself it would take 4 MiB at each start.
    static let manifestRoomBytes = 64 << 10
    /// What RocksDB says in a log of its own: its options, at each start, and nothing else (`FATAL_LEVEL`). Where the disk
    /// is full the second line of any other kind would end the process by an assertion.
    static let infoLogLevel: Int32 = 4
    /// The files of that log.
    static let infoLogFiles = 2
    /// The room that is kept for a start on a full disk, and what such a start needs at least.
    static let reserveBytes = 4 << 20
    static let openingBytes = 256 << 10
    /// How long room that was given back may take to be there.
    static let roomRetryMilliseconds = 1_000
    /// How long a directory may stay locked by a process that is ending.
    static let lockRetryMilliseconds = 1_000
    /// What is read at once for a checksum, and how long the disk is left alone afterwards.
    static let checksumChunkBytes = 1 << 20
    static let checksumPauseMicroseconds: UInt32 = 1_000
    /// What the kernel is asked to read ahead in one call.
    static let prefetchBytes = 1 << 20
    /// The file that says which store is the base.
    static let pointerBytesMax = 100
    /// The description of a snapshot, as a file.
    static let descriptionBytesMax = 16 << 20
    /// Operations that wait for one thread of a base.
    static let queuedOperations = 100_000
    /// Heaps that the threads of the process share.
    static let heapsMax: Int32 = 2
    /// Threads that fetch single keys: they wait for the disk more than they work.
    static let fetchingThreads = 4
    /// Fewer keys than these are not worth another thread.
    static let keysPerPart = 8
    /// The cache for a store that is only looked over.
    static let verifyCacheBytes = 8 << 20
    /// What a pass over the base reads ahead of each file: some dozens of them may be open at a time.
    static let scrubReadaheadBytes = 256 << 10
    /// A pass makes its links anew after so many bytes: they keep the room of files that were merged away since.
    static let scrubLinkedBytes = 512 << 20
    /// Without so much room no pass begins: RocksDB does not bear a disk that is full when it opens a store.
    static let scrubRoomBytes: UInt64 = 8 << 20
    /// A flush rests so long after each piece, unless it is urgent: clients' puts notice it less.
    static let flushPauseMicroseconds: UInt32 = 2_000
    /// A flush that finds no room tries again so often.
    static let noSpaceRetryMilliseconds: UInt32 = 500
    /// Rows that are read before a look whether the base is being closed.
    static let rowsBetweenLooks = 10_000
}
