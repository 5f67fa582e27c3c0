internal import MVCC

extension ReplicatedState {
    /// Makes this state, which a backup holds, the one that a new cluster begins with: its keys and its quota stay.
    /// Its replicas are others. No session goes on, and no id of one is given again. Revisions go on above all that
    /// the old cluster may have given since the backup.
    package func beginAnew(
        seats: [(replica: UInt64, incarnation: UInt64)], revisionsBumped count: Int64
    ) {
        origins = Origins()
        origins.admit(seats)
        var ended = Sessions()
        ended.lastID = sessions.lastID
        sessions = ended
        alarms = Alarms()
        digestReports = DigestReports()
        ownDigests = OwnDigests()
        leaderBallot = nil
        auth.writeAgain()
        keyspace.leap(by: count)
    }
}
