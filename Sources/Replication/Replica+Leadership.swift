internal import Paxos

/// Leadership given away by order (P14).
extension Replica {
    /// How an order to give leadership away ended.
    package enum LeaderMove: Equatable, Sendable {
        case done
        /// This node does not lead: its leader is to be asked.
        case notLeader
        /// No voter has this id.
        case badTarget
        /// The target is not connected: nothing was ordered.
        case unreachable
        /// The target did not lead in time. It may still.
        case timedOut
    }

    /// A caller that waits for another leader.
    struct Moving {
        let target: ReplicaID
        let deadlineMilliseconds: UInt64
        let completion: (LeaderMove) -> Void
    }

    /// Gives leadership to a voter. The completion is called once: when this node hears that the target leads,
    /// or as soon as it is clear that it will not.
    package func moveLeader(to target: UInt64, completion: @escaping (LeaderMove) -> Void) {
        let target = ReplicaID(target)
        guard status.isLeader, isLeadingNow, !isStopping else { return completion(.notLeader) }
        guard membership?.seat(of: target)?.isVoter == true else { return completion(.badTarget) }
        guard target != configuration.replica else { return completion(.done) }
        step(.moveLeader(to: target))
        guard core?.successor == target else { return completion(.unreachable) }
        let deadline = clockMilliseconds() + configuration.requestTimeoutMilliseconds
        moves.append(
            Moving(target: target, deadlineMilliseconds: deadline, completion: completion))
        requestTurn()
    }

    /// Somebody else is known to lead now.
    func endMoves(to leader: ReplicaID) {
        let ended = moves.filter { $0.target == leader }
        moves.removeAll { $0.target == leader }
        for move in ended { move.completion(.done) }
    }

    /// Ends those that have waited long enough, and those that this leader has given up.
    func expireMoves(_ nowMilliseconds: UInt64) {
        guard !moves.isEmpty else { return }
        let ended = moves.filter { isOver($0, nowMilliseconds) }
        moves.removeAll { isOver($0, nowMilliseconds) }
        for move in ended { move.completion(.timedOut) }
    }

    private func isOver(_ move: Moving, _ nowMilliseconds: UInt64) -> Bool {
        move.deadlineMilliseconds <= nowMilliseconds
            || (isLeadingNow && core?.successor != move.target)
    }

    /// By the core's own word: in the turn in which it yields, `status.isLeader` still holds.
    private var isLeadingNow: Bool { core?.status.role == .leader }
}
