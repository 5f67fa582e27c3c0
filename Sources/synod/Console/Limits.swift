/// The limits of this room, each with its name.
enum Limits {
    /// A value read from standard input, in bytes; servers take less by default.
    static let inputBytesMax = 64 << 20
    /// What is shown of the log of a node that died, in bytes.
    static let logTailBytesMax = 2_000
    /// Nodes of a local cluster.
    static let localNodesMax = 9
    /// How long a local cluster may take until all its nodes answer, in ms.
    static let clusterStartMillisecondsMax: UInt64 = 60_000
    /// How long a node may take to stop by itself, in ms, before it is killed.
    static let nodeStopMillisecondsMax: UInt64 = 10_000
    /// Keys that the demo writes beforehand.
    static let populateMax = 1_000_000
    /// Deaths of each role that a demo may wait for.
    static let deathsMax = 1_000_000
    /// The size of the log's files of a demo's nodes: a demo writes little, and is soon over.
    static let demoSegmentBytes = 4 << 20
    /// Clients of a demo in which roles die.
    static let deathDemoWorkers = 4
    /// Calls that the demo has under way at the same time while it populates.
    static let populateCallsInFlight = 32
    /// What of a backup is read at once.
    static let backupChunkBytes = 1 << 20
    /// After so many bytes of a backup that is being taken the operator is told how far it is.
    static let backupProgressBytes: UInt64 = 64 << 20
    /// Operations that a torture run keeps in memory: about half a kilobyte each.
    static let tortureOperationsMax = 500_000
    /// Clients of a torture run.
    static let tortureClientsMax = 1_000
    /// Keys of a kind that a torture run uses at the same time.
    static let tortureKeysMax = 10_000
    /// How often the revival of a role is ordered, before its node is left to itself.
    static let tortureReviveTriesMax = 20
    /// How long `lock` and `elect` wait for their place at one node: longer than anybody does.
    static let contestMilliseconds: UInt64 = 30 * 86_400_000
    /// How often, and how far apart, a process looks whether its data directory is wholly gone: for five seconds.
    static let looksForVanishing = 100
    static let vanishingLookMicroseconds: UInt32 = 50_000
}
