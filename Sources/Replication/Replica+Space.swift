internal import Basics
internal import Observability
internal import Paxos
internal import WriteAheadLog

/// A disk without space for the next file of the log, or for what the base has to write. Files are filled with zeros
/// ahead of need, and a reserve is kept, so that nothing fails: as long as there is room in them the node votes, and
/// when there is none it waits for space. A flush begins again until there is room; what is not flushed stays in
/// memory, and apply waits before that is too much.
extension Replica {
    /// Asked again each second. Leadership goes to another node while there is room, because the cluster would
    /// stand still when there is none.
    func lacksSpace(_ trouble: String) {
        tellOfSpace(trouble)
        giveLeadershipAwayForSpace()
    }

    /// A flush to the base found no room, and begins again.
    func baseLacksRoom() {
        marks.hit(.flushLackedRoom)
        let now = clockMilliseconds()
        if now >= tellOfBaseAtMilliseconds {
            tellOfBaseAtMilliseconds = now + Limits.tellOfSpaceMilliseconds
            logger.error("no room for a flush to the base; trying again")
        }
        giveLeadershipAwayForSpace()
    }

    private func giveLeadershipAwayForSpace() {
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
        metrics.space.logLacks.set(log.lacksSpace ? 1 : 0)
        metrics.space.baseLacks.set(baseLacksSpace ? 1 : 0)
        noteSpaceOfLog()
        guard tellOfBaseAtMilliseconds > 0, !baseLacksSpace else { return }
        tellOfBaseAtMilliseconds = 0
        logger.info("there is room for the base again")
    }

    private func noteSpaceOfLog() {
        guard tellOfSpaceAtMilliseconds > 0, !log.lacksSpace else { return }
        tellOfSpaceAtMilliseconds = 0
        hasToldOfReserve = false
        logger.info("there is room for the log again")
    }

    var baseLacksSpace: Bool { flusher?.lacksRoom == true }

    /// What the operator should do about it; nil while log and base have what they need.
    var spaceProblem: String? {
        guard log.lacksSpace else { return baseLacksSpace ? Self.baseSpaceProblem : nil }
        let state = log.waitsForRoom ? "waits for space" : "goes on in its reserve"
        return
            "the disk has no room for the next file of the log, which \(state): free space; this node goes on by itself"
    }

    private static let baseSpaceProblem =
        "the disk has no room for what the base has to write, and what waits for it takes memory until writes wait, too: "
        + "free space; this node goes on by itself"
}
