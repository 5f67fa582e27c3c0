internal import Basics
internal import Observability
internal import Paxos
internal import WriteAheadLog

/// A disk without space for the next file of the log. Files are filled with zeros ahead of need, and a reserve is
/// kept, so that nothing fails: as long as there is room in them the node votes, and when there is none it waits
/// for space.
extension Replica {
    /// Asked again each second. Leadership goes to another node while there is room, because the cluster would
    /// stand still when there is none.
    func lacksSpace(_ trouble: String) {
        tellOfSpace(trouble)
        let now = clockMilliseconds()
        guard leaderBallot?.replica == configuration.replica,
            now >= handOverForSpaceAtMilliseconds
        else { return }
        handOverForSpaceAtMilliseconds = now + Limits.handOverForSpaceMilliseconds
        marks.hit(.handOverForSpace)
        step(.moveLeader(to: nil))
    }

    private func tellOfSpace(_ trouble: String) {
        let now = clockMilliseconds()
        let isNews = hasToldOfReserve != log.waitsForRoom
        guard now >= tellOfSpaceAtMilliseconds || isNews else { return }
        tellOfSpaceAtMilliseconds = now + Limits.tellOfSpaceMilliseconds
        hasToldOfReserve = log.waitsForRoom
        logger.error(
            "no room for the next file of the log, \(whatTheLogDoes); trying again: \(trouble)")
    }

    private var whatTheLogDoes: String {
        if log.isReserveUsedUp { return "the reserve is used up" }
        if log.waitsForRoom { return "a value larger than its files waits" }
        return "the log goes on in its reserve"
    }

    /// With each tick: what the log lacks or has again.
    func noteSpace() {
        metrics.logLacksSpace.set(log.lacksSpace ? 1 : 0)
        guard tellOfSpaceAtMilliseconds > 0, !log.lacksSpace else { return }
        tellOfSpaceAtMilliseconds = 0
        hasToldOfReserve = false
        logger.info("there is room for the log again")
    }

    /// What the operator should do about it; nil while the log has what it needs.
    var spaceProblem: String? {
        guard log.lacksSpace else { return nil }
        let state = log.waitsForRoom ? "waits for space" : "goes on in its reserve"
        return
            "the disk has no room for the next file of the log, which \(state): free space; this node goes on by itself"
    }
}
