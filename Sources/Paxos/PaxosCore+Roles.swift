internal import Basics

/// Roles that die alone, on a node that lives on, and come back.
extension PaxosCore {
    /// The roles that do nothing now: killed, waiting for the disk before they come back, or without
    /// memory.
    public var deadRoles: [Role] {
        // Asked for with each request that wants a leader: nothing is made while all live.
        lives.mayStand ? [] : Role.allCases.filter { !lives.has($0) }
    }

    /// Whether the acceptor was revived without its memory: it has no vote.
    public var hasAmnesia: Bool { lives.acceptor == .forgetful }

    // MARK: Death

    mutating func kill(_ role: Role, into effects: inout Effects) {
        lives.changes += 1
        switch role {
        case .proposer:
            guard lives.hasProposer else { return }
            abdicate(into: &effects)
            lives.hasProposer = false
        case .learner:
            guard lives.hasLearner else { return }
            abdicate(into: &effects)
            lives.hasLearner = false
            catchUp.giveUp()
        case .acceptor:
            killAcceptor(into: &effects)
        }
    }

    /// What it wrote stays written, its messages that have not left are dropped. A leader goes on by the
    /// votes of others; a candidate cannot, because its ballot rests on its own promise (P3).
    private mutating func killAcceptor(into effects: inout Effects) {
        switch lives.acceptor {
        case .dead:
            return
        case .awaiting(let box, _):
            lives.acceptor = .dead(lastBox: box)
            return
        case .alive, .forgetful:
            break
        }
        lives.acceptor = .dead(
            lastBox: outbox.hasRecords ? outbox.openBox : outbox.emittedBox)
        outbox.dropMessages()
        if outbox.emittedBox > outbox.durableBox {
            ownMarks.hit(.messagesDroppedAtDeath)
            effects.notices.append(.dropMessages(boxesUpTo: outbox.emittedBox))
        }
        if proposer != nil { abandonCandidacy(into: &effects) }
        leader?.forgetOwnVotes()
        if leader?.isClosed == true { stepDown() }
    }

    /// A leader's own knowledge is gone at once, so that there is nothing to hand over but the place: the
    /// best voter prepares without a probe, and finds what was open in the promises of a quorum.
    private mutating func abdicate(into effects: inout Effects) {
        if proposer != nil { abandonCandidacy(into: &effects) }
        guard let ballot = leader?.ballot else { return }
        ownMarks.hit(.abdicated)
        if let peer = bestTarget().flatMap(peers.index) {
            let order = Message.TakeOver(ballot: ballot, decidedUpTo: learner.decidedUpTo)
            send(.takeOver(order), to: peer, into: &effects)
        }
        stepDown()
    }

    // MARK: Revival

    mutating func revive(_ role: Role, _ revival: Revival, into effects: inout Effects) {
        lives.changes += 1
        switch role {
        case .proposer:
            lives.hasProposer = true
        case .learner:
            guard !lives.hasLearner else { return }
            lives.hasLearner = true
            advance(into: &effects)
        case .acceptor:
            guard case .dead(let box) = lives.acceptor else { return }
            lives.acceptor = .awaiting(box: box, revival)
            if box > outbox.durableBox { ownMarks.hit(.revivalWaitedForDisk) }
            reviveAcceptorIfDurable()
        }
    }

    /// The acceptor comes back when the write in flight at its death has ended.
    mutating func reviveAcceptorIfDurable() {
        guard case .awaiting(let box, let revival) = lives.acceptor, box <= outbox.durableBox else {
            return
        }
        switch breaks(.unsafeAmnesia) && revival == .amnesia ? .unsafeAmnesia : revival {
        case .recovered:
            lives.acceptor = .alive
            acceptor.recover()
            acceptOpenSlots()
        case .amnesia:
            lives.acceptor = .forgetful
        case .unsafeAmnesia:
            if leader != nil { stepDown() }
            lives.acceptor = .alive
            acceptor.forgetEverything()
        }
    }

    /// A leader whose acceptor is back has it accept what was proposed without it.
    private mutating func acceptOpenSlots() {
        guard let leading = leader else { return }
        var slot = leading.open.base
        while slot < leading.open.last {
            slot = slot.next
            guard let entry = leading.open[slot] else { continue }
            if acceptor.values[slot]?.ballot == leading.ballot {
                leader?.countOwn(slot)
            } else {
                ownMarks.hit(.openSlotAcceptedAtRevival)
                acceptor.acceptOwn(slot, leading.ballot, entry.value, outbox: &outbox)
                leader?.noteOwn(slot, box: outbox.openBox)
            }
        }
    }

    // MARK: What the dead do not do

    /// This replica's place among the voters, while its acceptor lives.
    var votingPlace: Int? { lives.hasAcceptor ? ownVoter : nil }
}
