internal import Paxos
package import Replication
package import Watching

/// Everything about a world that is not an event: sizes, times, counts.
package struct Knobs: Equatable, Sendable {
    /// Whether directories that must not vote again begin another life by themselves.
    package var readmits = true
    package var nodeCount = 3
    package var electionTimeoutMilliseconds: UInt64 = 250
    package var heartbeatMilliseconds: UInt64 = 50
    package var requestTimeoutMilliseconds: UInt64 = 1000
    package var tickMicroseconds: UInt64 = 10_000
    package var network = NetworkQuality()
    /// A write with its flush.
    package var diskMicroseconds: ClosedRange<UInt64> = 100...1200
    package var segmentBytes = 64 << 10
    package var sealAfterMilliseconds: UInt64 = 10
    /// Nodes have a base below their tables.
    package var hasBase = false
    package var memory = MemoryPlan.standard
    package var scrub = ScrubPlan.off
    /// Keys that apply looks at in one turn, and how long it takes until a turn that was asked for.
    package var appliedKeysPerTurn = 1_000
    package var turnMicroseconds: ClosedRange<UInt64> = 5...60
    /// What the log keeps of slots that are flushed, and the same for a peer that gets a snapshot.
    package var logTailBytes = 64 << 10
    package var logPinnedBytes = 512 << 10
    /// How long a process that has ended stays away.
    package var restartMicroseconds: ClosedRange<UInt64> = 1_000...300_000
    /// Machines are switched on within this time.
    package var startMicroseconds: UInt64 = 100_000
    /// Trouble begins before the cluster is formed.
    package var hasEarlyFaults = false

    // The core's.
    package var windowBytes = 8 << 20
    package var windowSlots = 1024
    package var batchBytes = 1 << 20
    package var chunkBytes = 1 << 20
    package var queueBytes = 64 << 20
    package var tailBytes = 32 << 20
    package var followerBytes = 16 << 20
    package var unflushedBytes = 64 << 20

    // The clients'.
    package var clientCount = 5
    package var operationsPerSecond: UInt64 = 50
    package var keyCount = 12
    package var valueBytes: ClosedRange<UInt64> = 8...64
    /// Clients that watch.
    package var watcherCount = 0
    package var watches = WatchPlan.standard
    /// Whether some of them hold leases.
    package var hasLeases = false
    /// Whether users count.
    package var hasUsers = false
    /// The quota of the store; 0: none.
    package var quotaBytes: UInt64 = 0
    package var autoCompaction = AutoCompaction.off
    /// Between two compactions.
    package var compactionMicroseconds: ClosedRange<UInt64> = 2_000_000...8_000_000

    package init() {}

    func tune(_ configuration: inout Configuration) {
        configuration.windowBytes = windowBytes
        configuration.windowSlots = windowSlots
        configuration.batchBytes = batchBytes
        configuration.chunkBytes = chunkBytes
        configuration.queueBytes = queueBytes
        configuration.tailBytes = tailBytes
        configuration.followerBytes = followerBytes
        configuration.unflushedBytes = unflushedBytes
    }
}
