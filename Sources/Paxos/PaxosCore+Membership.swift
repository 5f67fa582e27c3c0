internal import Basics

/// Changes of the membership: one configuration per slot, with a barrier (P23, P24). A membership that is
/// decided in slot c governs all slots after c. A leader proposes one when every slot below is decided, opens
/// nothing above it, and when it is decided prepares anew in the next ballot, with the new voters. So each slot
/// has one quorum system in all ballots, and no vote or promise is ever counted by two.
extension PaxosCore {
    // MARK: Asking for one

    mutating func change(
        to wanted: Membership, number: UInt64, into effects: inout Effects
    ) {
        if let refusal = refusal(of: wanted) {
            ownMarks.hit(.changeRefused)
            return effects.notices.append(.changeEnded(number: number, .refused(refusal)))
        }
        guard let ballot = leader?.ballot else { return }
        change = MembershipChange(number: number, membership: wanted, ballot: ballot)
        if !breaks(.noBarrier) { leader?.seal() }
        proposeChange(into: &effects)
    }

    /// Every slot below is decided: the change takes the next one, if it is still a good one.
    mutating func proposeChange(into effects: inout Effects) {
        guard let wanted = change, wanted.slot == nil, let leading = leader,
            wanted.ballot == leading.ballot, !leading.isClosed, leading.handOver == nil,
            leading.isIdle || breaks(.noBarrier) || breaks(.twoChangesAtOnce)
        else { return }
        if let refusal = refusalNow(of: wanted.membership) {
            ownMarks.hit(.changeRefused)
            leader?.unseal()
            return endChange(.refused(refusal), into: &effects)
        }
        ownMarks.hit(.changeProposed)
        change?.slot = leading.lastSlot.next
        openSlot(.membership(wanted.membership), into: &effects)
    }

    /// A leader that is no more cannot say how its change will end.
    mutating func settleChange(into effects: inout Effects) {
        guard let wanted = change, wanted.ballot != leader?.ballot else { return }
        ownMarks.hit(.changeLost)
        endChange(wanted.slot == nil ? .refused(.notLeader) : .unknown, into: &effects)
    }

    private mutating func endChange(_ outcome: ChangeOutcome, into effects: inout Effects) {
        guard let ended = change else { return }
        change = nil
        effects.notices.append(.changeEnded(number: ended.number, outcome))
    }

    // MARK: Which ones

    private func refusal(of wanted: Membership) -> ChangeRefusal? {
        guard let leading = leader else { return .notLeader }
        guard change == nil || breaks(.twoChangesAtOnce) else { return .changeUnderWay }
        guard wanted != membership else { return .unchanged }
        guard !wanted.voters.isEmpty, wanted.seats.count <= Limits.votersMax else {
            return .impossible
        }
        guard appliedUpTo >= leading.leadSlot, !leading.isClosed,
            !leading.isSealed || change != nil,
            leading.handOver == nil
        else { return .notReady }
        return refusalNow(of: wanted)
    }

    /// Who begins to vote must be there and near, and so must a quorum of all that will vote: a change must
    /// not stop the cluster, nor make it weaker than it says.
    private func refusalNow(of wanted: Membership) -> ChangeRefusal? {
        let living = wanted.seats.filter(isTakenFromTheLiving)
        guard living.isEmpty else { return .stillHeard(living.map(\.replica)) }
        let voters = wanted.voters
        let ready = voters.filter(isReady)
        let behind = voters.filter { seat in
            !membership.isVoter(seat.replica, seat.incarnation) && !ready.contains(seat)
        }
        guard behind.isEmpty || breaks(.promotedBeforeCaughtUp) else {
            return .newVotersBehind(behind.map(\.replica))
        }
        return ready.count >= voters.count / 2 + 1 ? nil : .tooFewLiveVoters
    }

    /// Whether the seat passes to another life although the one that has it was heard a short while ago (P5).
    private func isTakenFromTheLiving(_ seat: Seat) -> Bool {
        guard let holder = membership.seat(of: seat.replica)?.incarnation,
            holder != seat.incarnation, !breaks(.namesakeEvictsHealthyVoter)
        else { return false }
        guard let index = peers.index(of: seat.replica) else { return true }
        return silence(of: index) < Limits.silentTimeouts * timeout
    }

    /// Whether the life that has this replica's seat was heard a short while ago: while it was, the seat passes to
    /// no other one (P5).
    public func isHeard(_ replica: ReplicaID) -> Bool {
        guard let index = peers.index(of: replica) else { return false }
        return peers[index].heardAt != nil && silence(of: index) < Limits.silentTimeouts * timeout
    }

    /// How long nothing has come from the life that the peer's seat counts, for all that is known here.
    private func silence(of index: Int) -> UInt64 {
        clock.running - max(peers[index].heardAt ?? 0, peers[index].knownSince)
    }

    private func isReady(_ seat: Seat) -> Bool {
        if seat.replica == configuration.replica {
            return seat.incarnation == configuration.incarnation && lives.hasAcceptor
        }
        guard let index = peers.index(of: seat.replica), peers[index].isConnected,
            peers[index].incarnation == seat.incarnation, let answeredAt = peers[index].answeredAt,
            clock.running - answeredAt <= timeout, let leading = leader
        else { return false }
        return leading.lag(after: peers[index].durableUpTo) <= Limits.newVoterLagBytes
    }

    // MARK: Switching

    /// A membership in the decided prefix governs from here on. `isOwn` if this leader's ballot decided it; a
    /// leader that learns of it otherwise is one of the past.
    mutating func reconfigure(
        to next: Membership, after slot: Slot, isOwn: Bool, into effects: inout Effects
    ) {
        outbox.append(
            .configuration(slot: slot, membership: next),
            bytes: Value.membership(next).byteCount)
        configurationBox = outbox.openBox
        let wasMember = isMember
        let led = leader?.ballot
        let heir = successor(in: next)
        if let led, isOwn { announce(Message.Decide(ballot: led, upTo: slot), into: &effects) }
        if change?.slot == slot, isOwn { endChange(.decided(slot), into: &effects) }
        govern(by: next, after: slot)
        if proposer != nil { abandonCandidacy(into: &effects) }
        if let led { pass(led, to: isOwn ? heir : nil, isOwn: isOwn, into: &effects) }
        if isMember { seatedSince = slot }
        if wasMember && !isMember { noteRemoval(by: slot, into: &effects) }
    }

    private var isMember: Bool {
        membership.holds(configuration.replica, configuration.incarnation)
    }

    /// Those that leave hear of it from their leader, too.
    private func announce(_ decide: Message.Decide, into effects: inout Effects) {
        for peer in peers.indices { send(.decide(decide), to: peer, into: &effects) }
    }

    /// Everything that is sized or indexed by the membership is made anew, here and nowhere else.
    private mutating func govern(by next: Membership, after slot: Slot) {
        let former = membership
        membership = next
        configurationSlot = slot
        let bug = configuration.injectedBug
        let stayed = bug == .removedNodeStillCounted ? former.voters : []
        quorum = Quorum(next, former: stayed, injectedBug: bug)
        ownVoter = quorum.voter(configuration.replica, configuration.incarnation)
        peers = PeerTable(
            membership: next, former: stayed, quorum: quorum, own: configuration.replica,
            known: peers, running: clock.running)
        strangers.removeAll { peers.index(of: $0) != nil }
        barrier.resize(peerCount: peers.indices.count)
        catchUp.resize(peerCount: peers.indices.count)
        election.begin()
        if let heard = election.leader?.ballot, !next.isVoter(heard.replica, heard.incarnation) {
            election.forgetLeader()
        }
    }

    /// The leader goes on, by a Prepare to the new voters in the next ballot. If it is none of them, the best
    /// of them leads, without a probe.
    private mutating func pass(
        _ ballot: Ballot, to heir: ReplicaID?, isOwn: Bool, into effects: inout Effects
    ) {
        if isOwn && keepsLeading, let ownVoter {
            for peer in peers.indices { peers[peer].answeredAt = clock.running }
            leader?.goOn(ownVoter: ownVoter, peerCount: peers.indices.count, clock: clock)
        } else if isOwn && mayStand {
            ownMarks.hit(.leaderPreparedNewVoters)
            barrier.abandon()
            campaign()
        } else {
            stepDown()
            guard let heir, isOwn else { return }
            ownMarks.hit(.leaderLeft)
            let order = Message.TakeOver(ballot: ballot, decidedUpTo: learner.decidedUpTo)
            effects.messages.append(Effects.Outbound(to: heir, .takeOver(order)))
        }
    }

    /// The bugs of these names.
    private var keepsLeading: Bool {
        breaks(.phase1InOldConfiguration) || breaks(.noBarrier) || breaks(.twoChangesAtOnce)
            || breaks(.configurationRecoveredByNextLeader)
    }

    /// Of those that will vote, the one that has most and is heard.
    private func successor(in next: Membership) -> ReplicaID? {
        guard let leading = leader else { return nil }
        var best: Int?
        for index in peers.indices
        where next.isVoter(peers[index].replica, peers[index].incarnation) {
            guard peers[index].isConnected, let answeredAt = peers[index].answeredAt,
                clock.running - answeredAt <= timeout
            else { continue }
            let mark = leading.flows[index].acknowledgedUpTo
            if let known = best, leading.flows[known].acknowledgedUpTo >= mark { continue }
            best = index
        }
        return best.map { peers[$0].replica }
    }
}
