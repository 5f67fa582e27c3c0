internal import Basics
internal import Observability
internal import Paxos
internal import WriteAheadLog

/// A disk without space for the next file of the log. The newest file was filled with zeros ahead of need, so
/// that nothing fails: as long as it has room the node votes, and when it has none it waits for space.
extension Replica {
    /// Asked again each second. Leadership goes to another node while there is room, because the cluster would
    /// stand still when there is none.
    func lacksSpace(_ trouble: String) {
        logger.error("the next file of the log cannot be made; trying again: \(trouble)")
        let now = clockMilliseconds()
        guard leaderBallot?.replica == configuration.replica,
            now >= handOverForSpaceAtMilliseconds
        else { return }
        handOverForSpaceAtMilliseconds = now + Limits.handOverForSpaceMilliseconds
        marks.hit(.handOverForSpace)
        step(.moveLeader(to: nil))
    }

    /// What the operator should do about it; nil while the log has what it needs.
    var spaceProblem: String? {
        log.lacksSpace
            ? "the disk has no room for the next file of the log: free space; this node goes on by itself"
            : nil
    }
}
