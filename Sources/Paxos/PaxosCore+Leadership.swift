internal import Basics

/// How leadership is won, kept and given up.
extension PaxosCore {
    /// Where commands and reads of this replica go.
    enum LeaderRoute: Equatable {
        case none
        case own(Ballot)
        case direct(Ballot)
        /// The leader cannot be heard from here, but this peer hears it (P15).
        case relayed(Ballot, via: ReplicaID)

        var ballot: Ballot? {
            switch self {
            case .none: nil
            case .own(let ballot), .direct(let ballot), .relayed(let ballot, _): ballot
            }
        }

        /// The peer to send to.
        var receiver: ReplicaID? {
            switch self {
            case .none, .own: nil
            case .direct(let ballot): ballot.replica
            case .relayed(_, let peer): peer
            }
        }
    }

    func leaderRoute() -> LeaderRoute {
        if let ballot = leader?.ballot { return .own(ballot) }
        if proposer != nil { return .none }
        if let heard = election.leader, election.isLeaderLive(running: clock.running) {
            return .direct(heard.ballot)
        }
        var best = LeaderRoute.none
        for peer in peers.indices where peers[peer].isConnected {
            guard let ballot = peers[peer].heardLeader,
                ballot.replica != configuration.replica,
                clock.running - peers[peer].heardLeaderAt <= timeout,
                ballot > best.ballot ?? .zero
            else { continue }
            best = .relayed(ballot, via: peers[peer].replica)
        }
        return best
    }

    /// Tells the caller when the leader that it can reach is another one, or none.
    mutating func announceLeader(into effects: inout Effects) {
        let route = leaderRoute()
        announcedReceiver = route.receiver
        guard route.ballot != announcedLeader else { return }
        announcedLeader = route.ballot
        if leader == nil { barrier.abandon() }
        effects.notices.append(.leaderChanged(route.ballot))
    }

    /// The connection to the leader, or to who relays to it, broke: what was on it may be lost, so that the
    /// caller must hear of a leader anew, even of the same one over another way (P19).
    mutating func forgetRoute(over replica: ReplicaID, into effects: inout Effects) {
        guard announcedReceiver == replica else { return }
        ownMarks.hit(.routeForgotten)
        announcedReceiver = nil
        announcedLeader = nil
        effects.notices.append(.leaderChanged(nil))
    }

    /// A leader gave a sign of life.
    mutating func hearLeader(
        _ ballot: Ballot, from sender: ReplicaID, contactAge: UInt64?, into effects: inout Effects
    ) {
        guard ballot.replica == sender, peers.index(of: sender) != nil else { return }
        election.hear(ballot, contactAge: contactAge, running: clock.running)
        guard election.leader?.ballot == ballot, election.isLeaderLive(running: clock.running)
        else { return }
        if let own = leader?.ballot, ballot > own {
            ownMarks.hit(.leaderHeardHigherLeader)
            stepDown()
        }
        if let own = proposer?.ballot, ballot > own {
            ownMarks.hit(.candidacyAbandoned)
            abandonCandidacy(into: &effects)
        }
    }

    /// Whether a leader is alive in the ballot that was promised here, or above.
    var knowsLiveLeaderAtPromise: Bool {
        if let ballot = leader?.ballot, ballot >= acceptor.promised { return true }
        guard let heard = election.leader, heard.ballot >= acceptor.promised else { return false }
        return election.isLeaderLive(running: clock.running)
    }

    // MARK: Standing

    /// A resigned replica, a learner, one that left, a replaced incarnation, one with a dead role and one that
    /// needs a snapshot do not stand.
    var mayStand: Bool {
        ownVoter != nil && !election.isResigned && lives.mayStand && !isToldRemoved && !isStranded
    }

    mutating func tickElection(into effects: inout Effects) {
        guard leader == nil, mayStand, let ownVoter else { return }
        if let proposer {
            if clock.running >= proposer.deadline {
                ownMarks.hit(.candidacyTimedOut)
                abandonCandidacy(into: &effects)
            }
            return
        }
        if quorum.voterCount == 1 { return campaign() }
        guard !election.isLeaderLive(running: clock.running) else { return }
        let number = election.stand(
            rank: ownRank(), roundTrip: roundTripMax, ownVoter: ownVoter, running: clock.running)
        guard let number else { return }
        let probe = Message.Probe(number: number, decidedUpTo: learner.decidedUpTo)
        for peer in peers.indices { send(.probe(probe), to: peer, into: &effects) }
    }

    mutating func receive(_ probe: Message.Probe, peer: Int, into effects: inout Effects) {
        peers[peer].decidedUpTo = max(peers[peer].decidedUpTo, probe.decidedUpTo)
        let hearsLeader = leader != nil || election.isLeaderLive(running: clock.running)
        let hasChosen = election.hasChosen(
            otherThan: peers[peer].replica, running: clock.running)
        let isFree = !hearsLeader && !hasChosen && lives.hasAcceptor
        let answer = Message.ProbeAnswer(
            number: probe.number, wouldPromise: peers[peer].voter != nil && isFree,
            promised: acceptor.promised, decidedUpTo: learner.decidedUpTo)
        send(.probeAnswer(answer), to: peer, into: &effects)
        if hearsLeader { ownMarks.hit(.probeDenied) }
        if hasChosen && !hearsLeader { ownMarks.hit(.probeDeniedForCandidate) }
        if hearsLeader && leader == nil {
            election.deny(probe.number, to: peers[peer].replica, running: clock.running)
        }
        // Two that probe at once both go on; else the one that asked first gets its time.
        if answer.wouldPromise && proposer == nil && election.phase == .listening {
            let givesTime = election.giveTime(for: 2 * heartbeat, running: clock.running)
            if !givesTime { ownMarks.hit(.noMoreTimeGiven) }
        }
    }

    /// The connection to the leader broke here a moment after a candidate had asked, whose connection had
    /// broken first: it gets its answer now, rather than after another round.
    mutating func grantLate(into effects: inout Effects) {
        guard let denied = election.takeDenied(running: clock.running),
            let peer = peers.index(of: denied.replica), peers[peer].voter != nil,
            leader == nil, !election.isLeaderLive(running: clock.running), lives.hasAcceptor,
            !election.hasChosen(otherThan: denied.replica, running: clock.running)
        else { return }
        ownMarks.hit(.probeGrantedLate)
        let answer = Message.ProbeAnswer(
            number: denied.number, wouldPromise: true, promised: acceptor.promised,
            decidedUpTo: learner.decidedUpTo)
        send(.probeAnswer(answer), to: peer, into: &effects)
        election.keepQuiet(for: 2 * heartbeat, running: clock.running)
    }

    mutating func receive(
        _ answer: Message.ProbeAnswer, peer: Int, into effects: inout Effects
    ) {
        election.note(answer.promised)
        peers[peer].decidedUpTo = max(peers[peer].decidedUpTo, answer.decidedUpTo)
        guard leader == nil, proposer == nil, mayStand, answer.wouldPromise,
            let voter = peers[peer].voter
        else { return }
        if election.grant(voter, number: answer.number, quorum: quorum) { campaign() }
    }

    /// Also of a leader that is no member any more: its last word (P24).
    mutating func receive(_ order: Message.TakeOver, from sender: ReplicaID) {
        guard order.ballot.replica == sender, order.ballot >= acceptor.promised,
            leader == nil, proposer == nil, mayStand
        else { return }
        ownMarks.hit(.tookOver)
        election.note(order.ballot)
        campaign()
    }

    /// Phase 1a: the Prepare travels in the box with our own promise, so that no ballot is used twice (P3).
    mutating func campaign() {
        leader = nil
        prepareAgainAt = nil
        election.note(acceptor.promised)
        let ballot = election.campaign(
            replica: configuration.replica, incarnation: configuration.incarnation)
        election.choose(configuration.replica, running: clock.running)
        let box = acceptor.promiseOwn(ballot, outbox: &outbox)
        let prepare = Message.Prepare(ballot: ballot, fromSlot: learner.decidedUpTo.next)
        proposer = Proposer(
            ballot: ballot, fromSlot: prepare.fromSlot, ownBox: box,
            voterCount: quorum.voterCount, deadline: clock.running + timeout,
            injectedBug: configuration.injectedBug)
        for peer in peers.indices {
            outbox.sendWhenDurable(to: peers[peer].replica, .prepare(prepare))
        }
    }

    /// Rank among the candidates: fewest slots behind, then id (P14). Marks within the slack are equal:
    /// they are never of the same moment.
    private func ownRank() -> Int {
        let top = max(learner.decidedUpTo, peers.decidedUpTo)
        let ownClass = top.distance(after: learner.decidedUpTo) / Limits.rankSlackSlots
        var rank = 0
        for index in peers.indices {
            let peer = peers[index]
            guard peer.voter != nil, peer.isConnected, let heardAt = peer.heardAt,
                clock.running - heardAt <= timeout,
                peer.replica != election.leader?.ballot.replica
            else { continue }
            let peerClass = top.distance(after: peer.decidedUpTo) / Limits.rankSlackSlots
            if (peerClass, peer.replica) < (ownClass, configuration.replica) { rank += 1 }
        }
        return rank
    }

    var roundTripMax: UInt64 {
        peers.indices.reduce(0) { max($0, peers[$1].roundTripMilliseconds) }
    }

    // MARK: Phase 1

    mutating func receive(
        _ prepare: Message.Prepare, from sender: ReplicaID, into effects: inout Effects
    ) {
        election.note(prepare.ballot)
        guard prepare.fromSlot > .zero, lives.hasAcceptor, !isSilent(about: prepare) else { return }
        let hasPromised = acceptor.receive(
            prepare, from: sender, knowsLiveLeader: knowsLiveLeaderAtPromise,
            chunkBytes: configuration.chunkBytes, outbox: &outbox, into: &effects)
        guard hasPromised else { return }
        yieldToPromise(into: &effects)
        if let peer = peers.index(of: sender), peers[peer].voter != nil {
            election.choose(sender, running: clock.running)
        }
        if leader == nil && proposer == nil {
            election.keepQuiet(for: timeout, running: clock.running)
        }
    }

    mutating func receive(
        _ promise: Message.Promise, peer: Int, into effects: inout Effects
    ) {
        guard let voter = peers[peer].voter else { return }
        guard promise.ballot == proposer?.ballot else { return ownMarks.hit(.promiseLate) }
        peers[peer].answeredAt = clock.running
        peers[peer].decidedUpTo = max(peers[peer].decidedUpTo, promise.decidedUpTo)
        let isNew = proposer?.receive(promise, voter: voter)
        if isNew == true { extendCandidacy() } else { ownMarks.hit(.promiseRepeated) }
        tryToLead(into: &effects)
    }

    /// Progress: the candidate gets more time.
    mutating func extendCandidacy() {
        let deadline = clock.running + timeout
        proposer?.deadline = deadline
    }

    /// Our own promise counts when its box is durable.
    mutating func promiseOwn() {
        guard let ballot = proposer?.ballot, let box = proposer?.ownBox,
            let fromSlot = proposer?.fromSlot, box <= outbox.durableBox, let ownVoter
        else { return }
        let prepare = Message.Prepare(ballot: ballot, fromSlot: fromSlot)
        for chunk in acceptor.promiseChunks(to: prepare, chunkBytes: Int.max) {
            _ = proposer?.receive(chunk, voter: ownVoter)
        }
    }

    /// With complete promises of a quorum, and no decision unknown here, phase 1 is over.
    mutating func tryToLead(into effects: inout Effects) {
        guard let promises = proposer?.promises, quorum.isPhase1(promises),
            let decided = proposer?.decidedUpTo
        else { return }
        guard learner.decidedUpTo >= decided else {
            ownMarks.hit(.candidateCatchesUp)
            pull(into: &effects)
            return
        }
        lead(into: &effects)
    }

    /// Phase 2 begins: each open slot gets the value of the highest ballot or a no-op (P8), then Lead (P12).
    private mutating func lead(into effects: inout Effects) {
        guard let won = proposer, let ownVoter else { return }
        proposer = nil
        election.forgetChosen(configuration.replica)
        let last = max(won.highestAccepted, learner.decidedUpTo)
        var values: [Value?] = []
        var logTime = learner.logTimeMilliseconds
        var slot = learner.decidedUpTo
        var isChange = false
        // These promises say nothing about slots above a membership: it is decided first, alone (P23).
        while slot < last && !isChange {
            slot = slot.next
            let value = won.value(for: slot)
            if case .membership = value { isChange = !breaks(.configurationRecoveredByNextLeader) }
            logTime = max(logTime, value.logTimeMilliseconds ?? 0)
            let isHole = !won.knows(slot)
            ownMarks.hit(isHole ? .holeFilled : .valueProposedAgain)
            values.append(isHole && breaks(.holeNotFilled) ? nil : value)
        }
        leader = Leader(
            ballot: won.ballot, configurationSlot: configurationSlot,
            decidedUpTo: learner.decidedUpTo, leadSlot: slot.next, ownVoter: ownVoter,
            logTimeMilliseconds: logTime, clock: clock,
            peerCount: peers.indices.count, heartbeat: heartbeat,
            injectedBug: configuration.injectedBug)
        for value in values {
            if let value { openSlot(value, into: &effects) } else { leader?.leaveHole() }
        }
        if isChange {
            ownMarks.hit(.changeRecovered)
            leader?.seal()
        } else {
            openSlot(.lead(.init(ballot: won.ballot, logTimeMilliseconds: logTime)), into: &effects)
        }
        catchUp.giveUp()
        election.forgetLeader()
        sendHeartbeat(into: &effects)
    }

    // MARK: Leading

    mutating func tickLeader(into effects: inout Effects) {
        guard leader != nil else { return }
        guard contactAge <= timeout else {
            ownMarks.hit(.leaderLostQuorum)
            return stepDown()
        }
        if let until = leader?.handOver?.until, clock.running >= until {
            ownMarks.hit(.handOverTimedOut)
            leader?.handOver = nil
        }
        let stallMax = Limits.stalledTimeouts * timeout
        if UInt64(unflushedMilliseconds) > stallMax, leader?.handOver == nil {
            ownMarks.hit(.handOverForStalledDisk)
            handOver(to: nil, into: &effects)
        }
        for peer in peers.indices { resendOpenSlots(to: peer, into: &effects) }
    }

    /// Somebody promised a higher ballot. If a leader lives there, this one yields; else it prepares anew
    /// above it, lest a promise to a dead candidate shuts a follower out for ever (P10).
    mutating func rejected(
        for promised: Ballot, knowsLiveLeader: Bool, into effects: inout Effects
    ) {
        if let order = leader?.handOver, order.isOrdered, order.target == promised.replica {
            // It does as it was told: this one would take the promises from it before it leads.
            ownMarks.hit(.handOverUnderWay)
            stepDown()
            return election.keepQuiet(for: timeout, running: clock.running)
        }
        guard !knowsLiveLeader, contactAge <= timeout, lives.mayStand else {
            ownMarks.hit(.leaderYieldedToLiveLeader)
            return stepDown()
        }
        ownMarks.hit(.leaderClosed)
        leader?.close()
        barrier.abandon()
        let earliest = preparedAgainAt.map { $0 + timeout } ?? 0
        prepareAgainAt = max(clock.running, earliest)
    }

    mutating func prepareAgainIfDue() {
        guard let due = prepareAgainAt, clock.running >= due, leader != nil else { return }
        ownMarks.hit(.leaderPreparedAgain)
        preparedAgainAt = clock.running
        campaign()
    }

    /// Our own acceptor promised a higher ballot: whoever led or stood here does so no longer.
    mutating func yieldToPromise(into effects: inout Effects) {
        if let ballot = leader?.ballot, acceptor.promised > ballot {
            ownMarks.hit(.leaderYieldedToPromise)
            stepDown()
        }
        if let ballot = proposer?.ballot, acceptor.promised > ballot {
            ownMarks.hit(.candidacyAbandoned)
            abandonCandidacy(into: &effects)
        }
    }

    /// Leads no longer. What waits is dropped: its origins send it again (P19).
    mutating func stepDown() {
        leader = nil
        prepareAgainAt = nil
        queue.removeAll()
        barrier.abandon()
        barrier.dropRemote()
        election.keepQuiet(for: heartbeat, running: clock.running)
    }

    mutating func abandonCandidacy(into effects: inout Effects) {
        proposer = nil
        queue.removeAll()
        election.forgetChosen(configuration.replica)
        election.waitAgain(rank: ownRank(), running: clock.running)
    }

    // MARK: Handing over

    /// Stops assigning slots; the order goes out when the target has everything durably.
    mutating func handOver(to wanted: ReplicaID?, into effects: inout Effects) {
        guard leader != nil, wanted != configuration.replica else { return }
        guard let target = wanted.flatMap(handOverTarget) ?? (wanted == nil ? bestTarget() : nil)
        else { return }
        let order = Leader.HandOver(target: target, until: clock.running + 2 * timeout)
        ownMarks.hit(.handOverBegun)
        leader?.handOver = order
        orderHandOver(into: &effects)
    }

    /// A voter that hears of it, as far as is known: the transport says nothing of whom it has never reached.
    private func handOverTarget(_ replica: ReplicaID) -> ReplicaID? {
        guard let peer = peers.index(of: replica), peers[peer].voter != nil,
            peers[peer].isConnected, let heardAt = peers[peer].heardAt,
            clock.running - heardAt <= timeout
        else { return nil }
        return replica
    }

    /// The voter that has most, among those that are heard and whose disk does not stall.
    func bestTarget() -> ReplicaID? {
        var best: Int?
        for index in peers.indices where peers[index].voter != nil && peers[index].isConnected {
            guard let answeredAt = peers[index].answeredAt,
                clock.running - answeredAt <= timeout,
                UInt64(peers[index].unflushedMilliseconds) <= timeout / 2
            else { continue }
            let mark = leader?.flows[index].acknowledgedUpTo ?? .zero
            if let known = best, leader?.flows[known].acknowledgedUpTo ?? .zero >= mark { continue }
            best = index
        }
        return best.map { peers[$0].replica }
    }

    mutating func orderHandOver(into effects: inout Effects) {
        guard let order = leader?.handOver, !order.isOrdered, leader?.isIdle == true,
            let peer = peers.index(of: order.target), let ballot = leader?.ballot,
            let acknowledged = leader?.flows[peer].acknowledgedUpTo, let last = leader?.lastSlot,
            acknowledged >= last
        else { return }
        ownMarks.hit(.handOverOrdered)
        leader?.handOver?.isOrdered = true
        let message = Message.TakeOver(ballot: ballot, decidedUpTo: learner.decidedUpTo)
        send(.takeOver(message), to: peer, into: &effects)
    }
}
