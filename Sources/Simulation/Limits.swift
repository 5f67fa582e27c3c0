/// The sizes and times of a simulation.
package enum Limits {
    /// What a disk writes whole or not at all.
    static let sectorBytes = 512
    /// What went wrong after so many breaches tells nothing new.
    static let breachesMax = 20
    /// A seed runs for at least so long ...
    package static let secondsMin: UInt64 = 20
    /// ... and until clients have ended so many operations, ...
    package static let operationsMin = 500
    /// Operations that clients must get answered when all trouble has ended, if memberships changed.
    static let operationsAfterChanges = 20
    /// ... but with faults no longer than this.
    static let faultySecondsMax: UInt64 = 90
    /// A cluster of machines that nobody disturbs is formed within this time.
    static let formationMilliseconds: UInt64 = 20_000
    /// A healed majority serves again within this time and so many election time-outs.
    static let healingMilliseconds: UInt64 = 15_000
    static let healingTimeouts: UInt64 = 60
    /// Clients ask so much less while a majority heals: with one command in a slot and a slow disk, a cluster
    /// can be too weak for its clients, and that is nobody's fault.
    static let healingSlowness: UInt64 = 4
    /// A client gives up so long after the server should have.
    static let clientPatienceMilliseconds: UInt64 = 400
    /// Tries of one operation.
    static let attemptsMax = 4
    /// Tries of one that carries a session's number.
    static let sessionAttemptsMax = 10
    /// Clients that hold leases.
    static let leaseHolders = 6
    /// Clients whose rights are changed.
    static let rightsGuests = 4
    /// No lease lasts longer than so after its last renewal, a change of the leader and what that takes apart.
    static let leaseMilliseconds: UInt64 = 3_000
    /// A flush of a base that finds no room is tried again after so long.
    static let roomRetryMicroseconds: UInt64 = 500_000
    /// How long a machine's log stays longer for another one that takes its base.
    static let pinMicroseconds: UInt64 = 5_000_000
    /// The time between two backups.
    static let backupPauseMicroseconds: ClosedRange<UInt64> = 300_000...3_000_000
    /// What a new cluster's revisions are above those of the backup that it is made of.
    static let revisionsBumped: Int64 = 1_000
    /// How long an old copy that meets nobody lives before it is started again: long enough for its boot
    /// number to be durable.
    static let lonelyLifeMicroseconds: UInt64 = 100_000
    /// How long an old copy of a directory, or a twin on one, is in use at most.
    static let copyMicroseconds: UInt64 = 3_000_000
}
