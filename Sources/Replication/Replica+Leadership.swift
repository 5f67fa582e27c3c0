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
        /// Nothing is heard from the target, and nothing was ordered.
        case unreachable
        /// The target did not lead in time, somebody else came before it, or the order was dropped. It may lead
        /// still.
        case timedOut
    }

    /// A caller that waits for another leader.
    struct Moving {
        let target: ReplicaID
        /// In which this node led when it was asked.
        let ballot: Ballot
        let deadlineMilliseconds: UInt64
        let completion: (LeaderMove) -> Void
    }

    /// Gives leadership to a voter. The completion is called once: when this node hears that the target leads,
    /// or as soon as it is clear that it will not.
    package func moveLeader(to target: UInt64, completion: @escaping (LeaderMove) -> Void) {
        let target = ReplicaID(target)
        guard let leaderBallot, leaderBallot.replica == configuration.replica, !isStopping,
            core?.isLeading == true
        else { return completion(.notLeader) }
        guard membership?.seat(of: target)?.isVoter == true else { return completion(.badTarget) }
        guard target != configuration.replica else { return completion(.done) }
        step(.moveLeader(to: target))
        guard core?.handOverReceiver == target else { return completion(.unreachable) }
        let deadline = clockMilliseconds() + configuration.requestTimeoutMilliseconds
        moves.append(
            Moving(
                target: target, ballot: leaderBallot, deadlineMilliseconds: deadline,
                completion: completion))
        requestTurn()
    }

    /// Who leads in a higher ballot is the target, or has come before it.
    func endMoves(by ballot: Ballot) {
        let ended = moves.filter { $0.ballot < ballot }
        moves.removeAll { $0.ballot < ballot }
        for move in ended { move.completion(move.target == ballot.replica ? .done : .timedOut) }
    }

    /// Ends those that have waited long enough, and those that this leader has given up.
    func expireMoves(_ nowMilliseconds: UInt64) {
        guard !moves.isEmpty else { return }
        let ended = moves.filter { isOver($0, nowMilliseconds) }
        moves.removeAll { isOver($0, nowMilliseconds) }
        for move in ended { move.completion(.timedOut) }
    }

    /// Asks the core who leads: in the turn in which it yields, `leaderBallot` is still that of before.
    private func isOver(_ move: Moving, _ nowMilliseconds: UInt64) -> Bool {
        guard move.deadlineMilliseconds > nowMilliseconds, let core else { return true }
        return core.isLeading && core.handOverReceiver != move.target
    }
}
