internal import Basics
internal import Observability
package import Paxos
internal import StateMachine

/// Orders to change the members (P25). Any node takes them; the leader carries them out.
extension Replica {
    /// Has the members changed. The completion is called once: when the change is applied here, or as soon as it
    /// is clear that it will not be made.
    package func order(
        _ order: MembershipOrder, completion: @escaping (OrderResult) -> Void
    ) {
        if isStopping || hasLeft { return completion(.notTaken(.stopping)) }
        if let reason = reasonNotToServe { return completion(.notTaken(.notReady(reason))) }
        guard order.isWellFormed else { return completion(.refused(.invalidURLs)) }
        guard orders.count < Limits.ordersWaiting else {
            return completion(.notTaken(.tooManyRequests))
        }
        let now = clockMilliseconds()
        orders.add(
            order, deadlineMilliseconds: now + configuration.requestTimeoutMilliseconds,
            completion: completion)
        giveOrders(now)
    }

    /// An id for a member that is to come. Ids are never used again (P1): this one is drawn by chance, of 64 bits.
    package func drawMemberID() -> UInt64 {
        var drawn = UInt64(0)
        while drawn == 0 { drawn = memberIDs.next() }
        return drawn
    }

    /// What another node says beside the protocol.
    package func receive(_ note: PeerNote, from peer: ReplicaID) {
        switch note {
        case .order(let number, let order, let isRetry, let knownSlot):
            marks.hit(.orderForwarded)
            carryOut(order, isRetry: isRetry, knownSlot: knownSlot) { [unowned self] answer in
                link?.send(.answer(number: number, answer), to: peer)
            }
        case .answer(let number, let answer):
            finish(number, answer)
        case .leaseInquiry(let number, let inquiry):
            answer(inquiry) { [unowned self] answers in
                link?.send(.leaseAnswers(number: number, answers), to: peer)
            }
        case .leaseAnswers(let number, let answers):
            finishInquiry(number, answers)
        }
    }

    // MARK: Giving

    /// Gives to the leader what is due, and ends the waits that are over.
    func giveOrders(_ nowMilliseconds: UInt64) {
        guard !orders.isEmpty else { return }
        end(orders.takeExpired(nowMilliseconds))
        guard let leader = leaderBallot?.replica else { return }
        let knownSlot = governing?.slot ?? .zero
        for due in orders.takeDue(nowMilliseconds, members: membership) {
            if due.isRetry { marks.hit(.orderGivenAgain) }
            guard leader == configuration.replica else {
                let note = PeerNote.order(
                    number: due.number, due.order, isRetry: due.isRetry, knownSlot: knownSlot)
                link?.send(note, to: leader)
                continue
            }
            carryOut(due.order, isRetry: due.isRetry, knownSlot: knownSlot) {
                [unowned self] answer in
                finish(due.number, answer)
            }
        }
    }

    /// There is another leader.
    func giveOrdersAgain() {
        orders.tryAllAgain()
        giveOrders(clockMilliseconds())
    }

    private func finish(_ number: UInt64, _ answer: OrderAnswer) {
        let ended = orders.note(answer, of: number, nowMilliseconds: clockMilliseconds())
        end([ended].compactMap(\.self))
        endAppliedOrders()
    }

    /// A change was applied here: who waited for it is told.
    func endAppliedOrders() { end(orders.takeApplied(governing)) }

    func end(_ ended: [OrderTable.Ended]) {
        for end in ended { end.completion(end.result) }
    }

    // MARK: Carrying out

    /// Only a leader does, and it judges nothing while a change may still come about that it does not see in the
    /// membership: one that it has found and not decided yet, or one that is under way, by an earlier try perhaps.
    private func carryOut(
        _ order: MembershipOrder, isRetry: Bool, knownSlot: Slot,
        answer: @escaping (OrderAnswer) -> Void
    ) {
        guard let core, mayJudge(core), !isStopping else { return answer(.later) }
        let governing = GoverningMembership(
            slot: core.configurationSlot, membership: core.membership)
        let plan = order.plan(for: governing.membership, isRetry: isRetry)
        // Whom the order brings may have come by an earlier try since then, and gone again: no id comes twice (P1).
        guard plan == .done || order.newcomer == nil || knownSlot == governing.slot else {
            return answer(.later)
        }
        switch plan {
        case .done: answer(.done(governing))
        case .refused(let refusal): answer(.refused(refusal))
        case .change(let next):
            guard mayCome(order, core) else { return answer(.refused(.unhealthy)) }
            logger.info("the members are to change", ["order": "\(order)"])
            if injectedBug == .orderAnsweredTooEarly {
                answer(.done(GoverningMembership(slot: governing.slot, membership: next)))
            }
            change(to: next) {
                // Of what nobody knows yet, nothing is said.
                if let end = OrderAnswer($0, of: next, governing) { answer(end) }
            }
        }
    }

    private func mayJudge(_ core: PaxosCore) -> Bool {
        if injectedBug == .orderJudgedTooEarly { return core.status.role == .leader }
        return core.leads && changes.isEmpty
    }

    /// As in etcd, nobody is added while a member that votes is down: that is repaired first, or removed.
    private func mayCome(_ order: MembershipOrder, _ core: PaxosCore) -> Bool {
        guard case .add = order else { return true }
        return core.status.peers.allSatisfy { !$0.isVoter || $0.health != .down }
    }
}

extension PaxosCore {
    /// Whether it leads and has decided all that earlier leaders may have proposed (P12).
    fileprivate var leads: Bool {
        let status = status
        return status.role == .leader && status.isReadable
    }
}

extension OrderAnswer {
    /// The end of a change to `next`, as it is told to whoever ordered it; nil if it may still come about.
    fileprivate init?(
        _ outcome: ChangeOutcome, of next: Membership, _ governing: GoverningMembership
    ) {
        switch outcome {
        case .decided(let slot): self = .done(GoverningMembership(slot: slot, membership: next))
        case .unknown: return nil
        case .refused(.notLeader), .refused(.notReady), .refused(.changeUnderWay): self = .later
        case .refused(.unchanged): self = .done(governing)
        case .refused(.impossible): self = .refused(.tooManyMembers)
        case .refused(.newVotersBehind): self = .refused(.learnerBehind)
        case .refused(.stillHeard), .refused(.tooFewLiveVoters): self = .refused(.unhealthy)
        }
    }
}
