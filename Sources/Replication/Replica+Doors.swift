internal import Basics
internal import Observability
internal import Paxos
package import StateMachine

/// What the doors call.
extension Replica {
    /// Agrees on one command and applies it. The completion is called exactly once, at the end of a
    /// turn of the loop, or at once when the command is refused at the door.
    ///
    /// - Parameters:
    ///   - session: the client's own number of the command; the command is executed once, even
    ///     if it is proposed again, here or elsewhere, and each time has the first outcome.
    ///   - credentials: on whose behalf; nil while nobody has to say so.
    package func propose(
        _ kind: CommandKind, session: ClientSession? = nil, credentials: Credentials? = nil,
        request: UnsafeRawBufferPointer, completion: @escaping (ProposalResult) -> Void
    ) {
        if let refusal = refusal(of: kind, byteCount: request.count) {
            metrics.proposalsFailed.increment()
            return completion(.refused(refusal))
        }
        if bundle.byteCount + request.count > Limits.bundleBytes { closeBundle() }
        let deadline = clockMilliseconds() + configuration.requestTimeoutMilliseconds
        if bundle.commandCount == 0 {
            bundle.begin(
                origin: origin, lowWater: proposals.lowWater, capacity: lastBundleBytes)
        }
        let sequence = proposals.add(deadlineMilliseconds: deadline, completion: completion)
        bundle.append(
            kind, sequence: sequence, session: session, credentials: credentials, request: request)
    }

    /// The same with bytes that the caller owns.
    package func propose(
        _ kind: CommandKind, session: ClientSession? = nil, credentials: Credentials? = nil,
        request: [UInt8], completion: @escaping (ProposalResult) -> Void
    ) {
        request.withUnsafeBytes {
            propose(
                kind, session: session, credentials: credentials, request: $0,
                completion: completion)
        }
    }

    /// Calls back when everything that was decided when the call arrived is applied here.
    package func read(completion: @escaping (ReadResult) -> Void) {
        if isStopping || hasLeft { return completion(.refused(.stopping)) }
        if let reason = reasonNotToServe { return completion(.refused(.notReady(reason))) }
        if reads.waitingCount >= Limits.readsWaiting {
            return completion(.refused(.tooManyRequests))
        }
        reads.add(completion)
    }

    /// Why this node has no table to answer from at once: it belongs to no cluster (yet). Nil if it has
    /// one, be it old.
    package var localReadRefusal: Refusal? {
        if !hasLearner { return .notReady(Self.learnerProblem) }
        if let divergence { return .notReady(divergence) }
        if hasLeft { return .stopping }
        if lacksBase, let snapshotProblem { return .notReady(snapshotProblem) }
        guard clusterID == nil else { return nil }
        return .notReady(formation.problem ?? "this node belongs to no cluster")
    }

    /// Why a call that stays open must end: what this node has is not what the cluster has, or will not be any more.
    package var streamRefusal: Refusal? {
        if isStopping { return .stopping }
        return reasonNotToServe.map { .notReady($0) }
    }

    /// Ends all waits and gives leadership away; afterwards the log may be sealed and the process end.
    package func stop() {
        isStopping = true
        step(.resign)
        endOfTurn()
        endedProposals += proposals.stop()
        reads.takeAll().forEach { $0(.refused(.stopping)) }
        expireMoves(.max)
        end(orders.takeAll())
        endLeaseInquiries()
        endOfTurn()
    }

    private func refusal(of kind: CommandKind, byteCount count: Int) -> Refusal? {
        if isStopping || hasLeft { return .stopping }
        // Whose state is wrong reports it all the same: the others know only what was reported.
        let reason = kind == .reportDigest ? reasonNotToPropose : reasonNotToServe
        if let reason { return .notReady(reason) }
        let isFull =
            proposals.unansweredCount >= Limits.commandsWaiting
            || proposals.bundleBytes + bundle.byteCount + count > Limits.commandBytesWaiting
        return isFull ? .tooManyRequests : nil
    }

    /// Why waiting would not help a client of this node.
    var reasonNotToServe: String? {
        if hasLearner, let divergence { return divergence }
        return reasonNotToPropose
    }

    /// The same for what the node has to say itself.
    private var reasonNotToPropose: String? {
        if !hasLearner { return Self.learnerProblem }
        if lacksBase { return snapshotProblem }
        if needsUpgrade { return Self.upgradeProblem }
        return memberProblem
    }

    static let upgradeProblem = "a decided slot needs a newer version: upgrade this node"

    /// Hands the commands of this turn to the core, or keeps them until there is one and a leader.
    func closeBundle() {
        guard bundle.commandCount > 0 else { return }
        let bytes = bundle.finish()
        lastBundleBytes = bytes.count
        let isHandedOver = leaderBallot != nil
        proposals.close(
            bundle: bytes, handedOver: isHandedOver, nowMilliseconds: clockMilliseconds())
        if isHandedOver {
            step(.propose(bundle: bytes))
        } else {
            marks.hit(.commandsKeptWithoutLeader)
        }
    }

    /// Gives the core a number for the reads of this turn.
    func closeReads() {
        let deadline = clockMilliseconds() + configuration.requestTimeoutMilliseconds
        guard let number = reads.closeGroup(deadlineMilliseconds: deadline) else { return }
        if injectedBug == .staleRead { return reads.confirm(upTo: number, slot: 0) }
        step(.read(number: number))
    }

    func expireWaits(_ nowMilliseconds: UInt64) {
        let ended = proposals.expire(nowMilliseconds: nowMilliseconds) { deadline in
            cause(ofWaitFrom: deadline - configuration.requestTimeoutMilliseconds)
        }
        metrics.proposalsFailed.increment(by: UInt64(ended.count))
        for end in ended { expire(end) }
        for (completion, delay) in reads.takeExpired(nowMilliseconds: nowMilliseconds) {
            marks.hit(.readTimedOut)
            completion(.timedOut(delay))
        }
    }

    /// What has become of the way to the leader since a command was taken: operators look there first.
    private func cause(ofWaitFrom start: UInt64) -> UnknownCause {
        if let leaderLostAtMilliseconds, leaderLostAtMilliseconds >= start { return .leaderFailed }
        guard let leader = leaderBallot?.replica, let membership else { return .timedOut }
        let voters = membership.voters.map(\.replica)
        func isReached(_ peer: ReplicaID) -> Bool {
            peer == configuration.replica || peers.isConnected(peer, since: start)
        }
        if leader == configuration.replica {
            return 2 * voters.count(where: isReached) > voters.count ? .timedOut : .connectionLost
        }
        return isReached(leader) ? .timedOut : .connectionLost
    }

    private func expire(_ end: ProposalTable.Ended) {
        var end = end
        if case .unknown = end.result {
            marks.hit(.commandTimedOut)
            if injectedBug == .refusedAfterHandedOver {
                end = ProposalTable.Ended(
                    completion: end.completion, result: .refused(.noLeader))
            }
        } else {
            marks.hit(.commandNeverHandedOver)
        }
        endedProposals.append(end)
    }

    /// What may have been dropped on its way is sent again; apply removes doubles (P18).
    func sendOverdueAgain(_ nowMilliseconds: UInt64) {
        guard leaderBallot != nil else { return }
        for bytes in proposals.overdueBundles(nowMilliseconds: nowMilliseconds) {
            marks.hit(.commandsOverdue)
            step(.propose(bundle: bytes))
        }
    }

    /// Only the origin sends again (P19): all unanswered commands, with the ids they had.
    func sendUnansweredAgain() {
        for bytes in proposals.bundlesToSendAgain(nowMilliseconds: clockMilliseconds()) {
            marks.hit(.commandsSentAgain)
            step(.propose(bundle: bytes))
        }
        closeBundle()
    }
}
