package import Paxos
package import Watching

/// What a replica is told at its start.
package struct ReplicaConfiguration {
    package let replica: ReplicaID
    package let name: String
    /// All members as listed by the operator, this one among them.
    package let listed: [ListedMember]
    /// A hash of the list and the cluster's token: members with different ones do not form a cluster.
    package let memberListHash: UInt64
    /// `--initial-cluster-state new`.
    package let mayForm: Bool
    package let clientURLs: [String]
    package let electionTimeoutMilliseconds: UInt64
    package let heartbeatMilliseconds: UInt64
    /// How long a client's command or read waits at most.
    package let requestTimeoutMilliseconds: UInt64
    package let productVersion: String
    /// Seeds the time-outs' jitter.
    package let seed: UInt64
    /// Turns knobs of the core that have no flag of their own.
    package var tuneCore: (inout Configuration) -> Void = { _ in }
    /// The most bytes that keys and values may have in all, older revisions included; 0: any number. The
    /// leader's counts.
    package var quotaBytes: UInt64 = 0
    /// Keys that apply looks at in one turn of the loop, before others have theirs.
    package var appliedKeysPerTurn = Limits.appliedKeysPerTurn
    /// How memory is shared out, if there is a base.
    package var memory = MemoryPlan.standard
    /// When the base is read for its checksums, if there is one.
    package var scrub = ScrubPlan.standard
    /// How much watches keep and are given.
    package var watches = WatchPlan.standard
    /// What of the past is kept by itself.
    package var autoCompaction = AutoCompaction.off
    /// Whether a directory that must not vote again begins another life by itself; else the process ends, and
    /// the operator decides.
    package var isReadmittedByItself = true
    /// A rule that this node breaks on purpose; nil unless its operator demanded it.
    package var injectedBug: InjectedBug?

    package init(
        replica: ReplicaID, name: String, listed: [ListedMember], memberListHash: UInt64,
        mayForm: Bool, clientURLs: [String], electionTimeoutMilliseconds: UInt64,
        heartbeatMilliseconds: UInt64, requestTimeoutMilliseconds: UInt64, productVersion: String,
        seed: UInt64
    ) {
        self.replica = replica
        self.name = name
        self.listed = listed
        self.memberListHash = memberListHash
        self.mayForm = mayForm
        self.clientURLs = clientURLs
        self.electionTimeoutMilliseconds = electionTimeoutMilliseconds
        self.heartbeatMilliseconds = heartbeatMilliseconds
        self.requestTimeoutMilliseconds = requestTimeoutMilliseconds
        self.productVersion = productVersion
        self.seed = seed
    }
}
