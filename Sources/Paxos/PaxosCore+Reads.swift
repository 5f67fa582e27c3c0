internal import Basics

/// Linearizable reads (P17), at the leader and through it.
extension PaxosCore {
    /// Asks for all waiting reads, unless a question is under way.
    mutating func askReads(into effects: inout Effects) {
        guard barrier.hasWaiting, !barrier.isAsking else { return }
        if leader != nil {
            beginReadRound(into: &effects)
        } else if let receiver = leaderRoute().receiver {
            let request = barrier.beginRequest(to: receiver, running: clock.running)
            let message = Message.ReadRequest(
                incarnation: configuration.incarnation, boot: configuration.boot,
                counter: request.counter)
            effects.messages.append(Effects.Outbound(to: receiver, .readRequest(message)))
        }
    }

    /// The round starts after the reads arrived; their slot is the decided prefix of now, which is at least
    /// that of their arrival, and not below Lead (P12).
    private mutating func beginReadRound(into effects: inout Effects) {
        guard let ballot = leader?.ballot, let leadSlot = leader?.leadSlot,
            leader?.isClosed == false
        else { return }
        guard learner.decidedUpTo >= leadSlot || breaks(.readBeforeOwnSlot) else {
            return ownMarks.hit(.readWaitedForLead)
        }
        let round = barrier.beginRound(
            slot: learner.decidedUpTo, ownVoter: votingPlace, running: clock.running)
        if let settled = barrier.settleRound(by: quorum) {
            answer(settled.reads, slot: settled.slot, into: &effects)
            return
        }
        let message = Message.ReadRound(ballot: ballot, number: round.number)
        for peer in peers.indices where peers[peer].voter != nil {
            send(.readRound(message), to: peer, into: &effects)
        }
    }

    mutating func receive(_ round: Message.ReadRound, peer: Int, into effects: inout Effects) {
        election.note(round.ballot)
        guard lives.hasAcceptor else { return }
        guard round.ballot >= acceptor.promised else {
            ownMarks.hit(.readRoundRefused)
            let reject = Message.Reject(
                ballot: round.ballot, promised: acceptor.promised,
                knowsLiveLeader: knowsLiveLeaderAtPromise)
            send(.reject(reject), to: peer, into: &effects)
            return
        }
        hearLeader(round.ballot, from: peers[peer].replica, contactAge: nil, into: &effects)
        let answer = Message.ReadRoundAnswer(ballot: round.ballot, number: round.number)
        send(.readRoundAnswer(answer), to: peer, into: &effects)
    }

    mutating func receive(
        _ answer: Message.ReadRoundAnswer, peer: Int, into effects: inout Effects
    ) {
        guard answer.ballot == leader?.ballot, leader?.isClosed == false,
            let voter = peers[peer].voter
        else { return }
        peers[peer].answeredAt = clock.running
        if !barrier.isAsking { ownMarks.hit(.readRoundAnswerLate) }
        guard let round = barrier.vote(voter, number: answer.number, quorum: quorum) else {
            return
        }
        self.answer(round.reads, slot: round.slot, into: &effects)
    }

    /// Kept until this replica leads, or relayed if it hears the leader itself (P15); else the origin asks
    /// again.
    mutating func receive(_ request: Message.ReadRequest, peer: Int) {
        switch leaderRoute() {
        case .own, .direct: barrier.receive(request, peer: peer)
        case .none, .relayed: break
        }
    }

    mutating func receive(_ answer: Message.ReadAnswer, into effects: inout Effects) {
        guard answer.request.incarnation == configuration.incarnation,
            answer.request.boot == configuration.boot, leader == nil
        else { return }
        guard let request = barrier.receive(counter: answer.request.counter) else {
            return ownMarks.hit(.readAnswerLate)
        }
        self.answer(request.reads, slot: answer.slot, into: &effects)
    }

    private mutating func answer(
        _ reads: ReadBarrier.Reads, slot: Slot, into effects: inout Effects
    ) {
        if let number = reads.local {
            effects.notices.append(.readReady(number: number, slot: slot))
        }
        for peer in peers.indices {
            guard let request = reads.remote[peer] else { continue }
            let message = Message.ReadAnswer(request: request, slot: slot)
            send(.readAnswer(message), to: peer, into: &effects)
        }
    }

    /// A question that nobody answers is asked again, under a new number.
    mutating func tickReads() {
        let wait = 2 * max(heartbeat, roundTripMax)
        guard let askedAt = barrier.askedAt, clock.running - askedAt >= wait else { return }
        ownMarks.hit(.readAskedAgain)
        barrier.abandon()
    }
}
