/// Every size in this room that has a bound. Those that apply depends on are part of the command
/// format's version: changing one is a new version.
package enum Limits {
    /// Keys that one piece of a sliced range looks at.
    package static let rangePieceKeys = 1000
    /// Keys whose states are fetched from the base at once, for commands that are about to be applied.
    package static let fetchedKeys = 1000
    /// Commands that are looked at for such keys before the first of them is applied.
    package static let preparedCommands = 1000
    /// A revision, and keys and bytes of a keyspace, as a base may name them.
    static let countMax = 1 << 60
    /// The log's time, as a snapshot may name it: below what peers are believed, so that a leader that goes on from it
    /// is.
    static let logTimeMillisecondsMax: UInt64 = 1 << 60
    /// Commands above the low-water mark that the table of origins remembers, per replica.
    package static let originWindow = 65_536
    /// The longest value that an append makes: 1.5 MiB, as the largest request.
    package static let appendedValueBytesMax = 1_572_864
    /// Conditions or operations on one level of a transaction, where no flag says otherwise.
    package static let transactionOperationsDefault = 128
    /// Sessions of clients at a time; for one more, the one that was not used for the longest ends.
    package static let sessionsMax = 10_000
    /// Sequences of a session whose results are remembered, from the highest one down: a client must
    /// not have more on the way. A power of two.
    package static let sessionWindow = 256
    /// A session that was not used for so long ends: an hour of log time.
    package static let sessionIdleMillisecondsMax: UInt64 = 3_600_000
    /// A response up to this size is remembered in full; of a longer one only that it was done, and
    /// at which revision.
    package static let sessionDetailBytesMax = 4096
    /// All responses remembered in full, with `sessionDetailOverheadBytes` each; those that were kept
    /// for the longest are shortened first.
    package static let sessionDetailBytesInAllMax = 64 << 20
    /// What a response that is remembered in full costs beside its bytes.
    package static let sessionDetailOverheadBytes = 64
    /// The bits of a session's id below those of its registration's slot.
    static let sessionSlotShift: UInt64 = 16
    /// Results that a session has room for at first. A power of two.
    static let sessionResultsFirst = 4
    /// Digests of states are compared each so many slots.
    package static let digestIntervalSlots: UInt64 = 256
    /// Slots whose reports are kept, and slots whose own digest is.
    static let digestSlotsKept = 16
    /// Alarms that are kept.
    static let alarmsMax = 1024
    /// The alarm of a full store ends when one part in so many of the quota is free.
    static let quotaFreeParts: UInt64 = 10
    /// The longest TTL, as in etcd.
    package static let leaseSecondsMax: Int64 = 9_000_000_000
    /// Leases at a time.
    package static let leasesMax = 1 << 20
    /// What a lease counts against the quota when it is granted, as in etcd.
    static let leaseQuotaBytes = 64
    /// Keys of a lease that lie in one piece of memory.
    static let sortedKeysPerPiece = 512
    /// Leases in one row of a base.
    static let leasesPerTable = 256
    /// Bytes of all users and roles with their names, hashes and keys, each with `authOverheadBytes`.
    package static let authBytesMax = 8 << 20
    /// What a user, a role, a permission or a granted role counts beside its bytes.
    static let authOverheadBytes = 32
    /// Tokens that were issued and that this node has not taken yet: older ones are forgotten, and their bearers log in
    /// again.
    static let issuedTokensKept = 10_000
    /// The longest number, with its sign, that `add` reads.
    static let numberBytesMax = 20
}
