package import Basics
package import MVCC

/// Everything that all replicas agree on after the same slots: the keys, which commands were
/// executed, the sessions of clients, who leads, and the time that the log tells.
///
/// Apply reads the command, this state and nothing else: no flag, clock, chance, memory or disk. So
/// equal slots give equal state, and `digest` can be compared.
///
/// Not Sendable: one loop owns it.
package final class ReplicatedState {
    /// The keys with their revisions.
    package let keyspace = Keyspace()
    /// The leases that keys end with.
    package let leases = Leases()
    /// Who may do what.
    package let auth = AuthTable()
    /// The newest slot that is applied, or is being applied (`isApplying`); 0 before the first.
    package internal(set) var appliedSlot: UInt64 = 0
    /// How often a command waited for the base itself, because what it needs had not been fetched (P38).
    package internal(set) var blockingReadCount: UInt64 = 0
    /// The ballot of the newest applied Lead; nil before the first.
    package internal(set) var leaderBallot: LeaderBallot?
    /// The highest time that a leader stamped, in milliseconds; counts from no known moment.
    package internal(set) var logTimeMilliseconds: UInt64 = 0
    /// A slot was met that this program is too old for.
    package internal(set) var needsUpgrade = false
    /// Bundles that had not the documented form and were skipped, for the log of the process.
    package internal(set) var malformedBundleCount = 0

    /// How often each rare thing happened.
    package internal(set) var marks = MarkCounter<StateMachineMark>()
    /// A rule that is broken on purpose; set before anything is applied.
    package var injectedBug: StateMachineBug?

    /// What is wrong, as all replicas know it.
    package internal(set) var alarms = Alarms()
    /// The most bytes that keys and values may have, older revisions included; 0: any number. Says the leader.
    package internal(set) var quotaBytes: UInt64 = 0

    /// The digests that this replica had, slot by slot. Its own: no part of what replicas agree on.
    var ownDigests = OwnDigests()
    /// What members reported of theirs.
    var digestReports = DigestReports()
    /// The slot that is being applied.
    var openSlot: OpenSlot?
    var origins = Origins()
    var sessions = Sessions()

    package init() {}

    /// A digest of all replicated state: equal on replicas with equal `appliedSlot`.
    package func digest() -> UInt64 {
        var digest = StateDigest()
        digest.add(appliedSlot)
        digest.add(logTimeMilliseconds)
        digest.add(leaderBallot?.round ?? 0)
        digest.add(leaderBallot?.replica ?? 0)
        digest.add(leaderBallot?.incarnation ?? 0)
        origins.add(to: &digest)
        sessions.add(to: &digest)
        leases.add(to: &digest)
        auth.add(to: &digest)
        alarms.add(to: &digest)
        digest.add(quotaBytes)
        digestReports.add(to: &digest)
        keyspace.add(to: &digest)
        return digest.value
    }
}
