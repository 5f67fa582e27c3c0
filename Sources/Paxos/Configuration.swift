/// The knobs of a core. Defaults suit a local network.
public struct Configuration: Equatable, Sendable {
    public var replica: ReplicaID
    public var incarnation: Incarnation
    public var boot: BootNumber
    /// How long a silent leader counts as alive.
    public var electionTimeoutMilliseconds: UInt64 = 250
    public var heartbeatMilliseconds: UInt64 = 50
    /// Open slots: together at most this many bytes ...
    public var windowBytes = 8 << 20
    /// ... and at most this many.
    public var windowSlots = 1024
    /// A batch is closed at this size; a larger bundle rides alone.
    public var batchBytes = 1 << 20
    /// Values in one chunk of a promise or of catch-up.
    public var chunkBytes = 1 << 20
    /// Bundles waiting at a leader, in bytes.
    public var queueBytes = 64 << 20
    /// Decided values kept in memory for followers that lag.
    public var tailBytes = 32 << 20
    /// A follower with this many unacknowledged bytes is no longer sent Accepts: it fetches instead.
    public var followerBytes = 16 << 20
    /// The leader's own unflushed bytes at which it opens no slot.
    public var unflushedBytes = 64 << 20
    /// Seeds the time-outs' jitter.
    public var seed: UInt64
    /// A rule that this core breaks on purpose; nil in every server that was not told otherwise.
    public var injectedBug: PaxosBug?

    public init(replica: ReplicaID, incarnation: Incarnation, boot: BootNumber, seed: UInt64) {
        self.replica = replica
        self.incarnation = incarnation
        self.boot = boot
        self.seed = seed
    }
}
