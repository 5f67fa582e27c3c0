internal import Basics

/// The normal case: proposals become slots, slots become decisions.
extension PaxosCore {
    // MARK: Proposals

    /// Nobody who could take the bundle is known: it is dropped, and the caller hands it over again when it
    /// is told of a leader (P19).
    mutating func propose(_ bundle: [UInt8], into effects: inout Effects) {
        if leader != nil {
            if admit(bundle) == .full { effects.notices.append(.overloaded(bundle: bundle)) }
            return
        }
        guard let receiver = leaderRoute().receiver else {
            return ownMarks.hit(.proposalDropped)
        }
        let forward = Message.Forward(bundle: bundle, hops: 0)
        effects.messages.append(Effects.Outbound(to: receiver, .forward(forward)))
    }

    mutating func receive(_ forward: Message.Forward, into effects: inout Effects) {
        if leader != nil {
            // A full queue drops it: the origin's deadline tells its client.
            _ = admit(forward.bundle)
            return
        }
        guard forward.hops == 0, case .direct(let ballot) = leaderRoute() else {
            return ownMarks.hit(.forwardDropped)
        }
        ownMarks.hit(.forwardRelayed)
        let relayed = Message.Forward(bundle: forward.bundle, hops: 1)
        effects.messages.append(Effects.Outbound(to: ballot.replica, .forward(relayed)))
    }

    private mutating func admit(_ bundle: [UInt8]) -> ProposalQueue.Admission {
        let admission = queue.append(bundle)
        if admission == .waitsAlready { ownMarks.hit(.bundleWaitsAlready) }
        return admission
    }

    /// P22: a slot opens when the log is idle, or when the previous own slot is decided, or when there is a
    /// full batch, which gains nothing by waiting; and only if the window has room.
    mutating func openSlots(into effects: inout Effects) {
        var logIsIdle = outbox.logIsIdle
        while !queue.isEmpty {
            let isDue = logIsIdle || queue.byteCount >= configuration.batchBytes
            if leader?.isWindowFull(limits: configuration) == true { ownMarks.hit(.windowFull) }
            let mayOpen = leader?.mayOpen(
                isDue: isDue, unflushedBytes: outbox.unflushedBytes, limits: configuration)
            guard mayOpen == true, let stamp = leader?.stampLogTime(now: clock.now),
                let payload = queue.popBatch(bytesMax: configuration.batchBytes)
            else { return }
            let batch = Value.Batch(logTimeMilliseconds: stamp, payload: payload)
            openSlot(.batch(batch), into: &effects)
            logIsIdle = false
        }
    }

    /// Phase 2a: our own record goes into the open box, the Accepts leave at once, in parallel.
    mutating func openSlot(_ value: Value, into effects: inout Effects) {
        guard let ballot = leader?.ballot, let slot = leader?.lastSlot.next else { return }
        if lives.hasAcceptor { acceptor.acceptOwn(slot, ballot, value, outbox: &outbox) }
        let box = lives.hasAcceptor ? outbox.openBox : nil
        _ = leader?.open(value, ownBox: box, running: clock.running)
        let accept = Message.Accept(
            ballot: ballot, slot: slot, decidedUpTo: learner.decidedUpTo, value: value)
        leader?.noteAnnounced(learner.decidedUpTo)
        for peer in peers.indices where peers[peer].isConnected {
            let wasPulling = leader?.flows[peer].isPulling
            let mayStream = leader?.mayStream(to: peer, bytesMax: configuration.followerBytes)
            if mayStream == true {
                send(.accept(accept), to: peer, into: &effects)
            } else if wasPulling == false {
                ownMarks.hit(.followerCutOff)
            }
        }
    }

    mutating func resendOpenSlots(to peer: Int, into effects: inout Effects) {
        guard peers[peer].isConnected, let ballot = leader?.ballot, leader?.isClosed == false,
            let slots = leader?.slotsToResend(
                to: peer, bytesMax: configuration.windowBytes, running: clock.running)
        else { return }
        if !slots.isEmpty { ownMarks.hit(.slotsSentAgain) }
        for slot in slots {
            guard let entry = leader?.open[slot] else { continue }
            let accept = Message.Accept(
                ballot: ballot, slot: slot, decidedUpTo: learner.decidedUpTo, value: entry.value)
            send(.accept(accept), to: peer, into: &effects)
        }
    }

    // MARK: Accepting

    mutating func receive(
        _ accept: Message.Accept, from sender: ReplicaID, into effects: inout Effects
    ) {
        election.note(accept.ballot)
        // A leader of the past that has not heard of the decision, at a replica that fetched it and never
        // promised the ballot in which it was made: no vote for that.
        if let decided = learner.tail[accept.slot], decided != accept.value {
            return ownMarks.hit(.acceptOfOtherValueIgnored)
        }
        guard lives.hasAcceptor else { return hear(accept, from: sender, into: &effects) }
        let outcome = acceptor.receive(
            accept, from: sender, knowsLiveLeader: knowsLiveLeaderAtPromise,
            outbox: &outbox, into: &effects)
        switch outcome {
        case .rejected:
            return
        case .conflict:
            halt(
                "\(accept.ballot) proposes two values for \(accept.slot)",
                into: &effects)
        case .accepted, .ignored:
            yieldToPromise(into: &effects)
            hearLeader(accept.ballot, from: sender, contactAge: nil, into: &effects)
            hearDecided(accept.ballot, upTo: accept.decidedUpTo, from: sender, into: &effects)
        }
    }

    /// What an Accept says of its leader and of decisions is heard without an acceptor, too.
    private mutating func hear(
        _ accept: Message.Accept, from sender: ReplicaID, into effects: inout Effects
    ) {
        guard accept.ballot >= acceptor.promised else { return }
        hearLeader(accept.ballot, from: sender, contactAge: nil, into: &effects)
        hearDecided(accept.ballot, upTo: accept.decidedUpTo, from: sender, into: &effects)
    }

    mutating func receive(
        _ accepted: Message.Accepted, peer: Int, into effects: inout Effects
    ) {
        guard let ballot = leader?.ballot else { return }
        guard accepted.ballot == ballot else {
            return ownMarks.hit(.acceptedLate)
        }
        peers[peer].answeredAt = clock.running
        leader?.receive(
            accepted, voter: peers[peer].voter, peer: peer, running: clock.running)
        advance(into: &effects)
    }

    mutating func receive(_ reject: Message.Reject, into effects: inout Effects) {
        election.note(reject.promised)
        if let ballot = leader?.ballot, ballot == reject.ballot, reject.promised > ballot {
            rejected(
                for: reject.promised, knowsLiveLeader: reject.knowsLiveLeader, into: &effects)
        }
        if let ballot = proposer?.ballot, ballot == reject.ballot, reject.promised > ballot {
            ownMarks.hit(.candidacyAbandoned)
            abandonCandidacy(into: &effects)
        }
    }

    // MARK: Decisions

    mutating func receive(_ decide: Message.Decide, peer: Int, into effects: inout Effects) {
        let sender = peers[peer].replica
        election.note(decide.ballot)
        hearLeader(decide.ballot, from: sender, contactAge: nil, into: &effects)
        hearDecided(decide.ballot, upTo: decide.upTo, from: sender, into: &effects)
    }

    /// Only the leader of a ballot announces its decisions (P9).
    mutating func hearDecided(
        _ ballot: Ballot, upTo slot: Slot, from sender: ReplicaID, into effects: inout Effects
    ) {
        guard ballot.replica == sender, let peer = peers.index(of: sender) else { return }
        peers[peer].decidedUpTo = max(peers[peer].decidedUpTo, slot)
        guard lives.hasLearner else { return }
        learner.note(Learner.Watermark(ballot: ballot, upTo: slot))
        advance(into: &effects)
        // Without an acceptor no Accept brings the values: they are fetched as soon as they are decided.
        if !lives.hasAcceptor, slot > learner.decidedUpTo { pull(into: &effects) }
        markDistrust()
    }

    /// A watermark that is above the prefix and did not move it found a value of another ballot, or none.
    private mutating func markDistrust() {
        guard learner.watermark.upTo > learner.decidedUpTo,
            acceptor.values[learner.decidedUpTo.next] != nil
        else { return }
        ownMarks.hit(.watermarkOfOtherBallot)
    }

    /// Hands out whatever is decided by now, in slot order.
    mutating func advance(into effects: inout Effects) {
        guard lives.hasLearner, !lacksBase else { return }
        while !isHalted {
            if let value = leader?.popDecided(by: quorum) {
                deliverOwn(value, into: &effects)
                continue
            }
            let accepted = acceptor.values[learner.decidedUpTo.next]
            guard let next = learner.next(accepted: accepted) else { return }
            // A decision above everything that this leader proposed can only be that of a later one.
            if leader?.isIdle == true { stepDown() }
            leader?.passDecided()
            deliver(
                next.value, acceptedIn: next.ballot, learnedInBox: next.ballot == nil ? 0 : nil,
                into: &effects)
        }
    }

    /// A slot that this leader proposed is decided. If its own acceptor was dead, the log does not have the
    /// value yet.
    private mutating func deliverOwn(_ value: Value, into effects: inout Effects) {
        let slot = learner.decidedUpTo.next
        if let ballot = leader?.ballot, acceptor.values[slot]?.ballot == ballot {
            deliver(value, acceptedIn: ballot, learnedInBox: nil, isOwn: true, into: &effects)
        } else {
            outbox.append(.learned(slot: slot, value: value), bytes: value.byteCount)
            deliver(
                value, acceptedIn: nil, learnedInBox: outbox.openBox, isOwn: true, into: &effects)
        }
    }

    /// The next slot is decided.
    mutating func deliver(
        _ value: Value, acceptedIn ballot: Ballot?, learnedInBox box: UInt64?, isOwn: Bool = false,
        into effects: inout Effects
    ) {
        learner.decide(value, acceptedIn: ballot, into: &effects)
        acceptor.pass(learnedInBox: box)
        proposer?.pass(upTo: learner.decidedUpTo)
        if case .membership(let next) = value {
            reconfigure(
                to: next, after: learner.decidedUpTo, isOwn: isOwn, into: &effects)
        }
    }

    /// If the prefix moved and no Accept carried the news, a Decide does.
    mutating func announceDecided(into effects: inout Effects) {
        guard let ballot = leader?.ballot, let announced = leader?.announcedUpTo,
            learner.decidedUpTo > announced
        else { return }
        let decide = Message.Decide(ballot: ballot, upTo: learner.decidedUpTo)
        for peer in peers.indices where peers[peer].isConnected {
            if leader?.flows[peer].isPulling == true { continue }
            send(.decide(decide), to: peer, into: &effects)
        }
        leader?.noteAnnounced(learner.decidedUpTo)
    }
}
