internal import Basics
internal import Observability
package import Paxos
internal import WriteAheadLog

/// Changes of the membership (P23, P24).
extension Replica {
    /// Makes another membership govern. The completion is called once, with the reason if this node does not
    /// lead or the change is not proposed; never if the process ends before.
    package func change(
        to membership: Membership, completion: @escaping (ChangeOutcome) -> Void
    ) {
        guard core != nil, !isStopping else { return completion(.refused(.notLeader)) }
        lastChange += 1
        onChange?(membership, nil)
        changes.append(
            (
                lastChange,
                { [weak self] outcome in
                    self?.onChange?(membership, outcome)
                    completion(outcome)
                }
            ))
        step(.change(to: membership, number: lastChange))
        requestTurn()
    }

    func endChange(_ number: UInt64, _ outcome: ChangeOutcome) {
        guard let index = changes.firstIndex(where: { $0.number == number }) else { return }
        changes.remove(at: index).completion(outcome)
    }

    /// A change was applied here: from here on this node says so to its peers.
    func govern(by next: GoverningMembership) {
        governing = next
        noteMember()
        let orders = formation.govern(next)
        logger.info(
            "the membership has changed",
            [
                "slot": .integer(Int(next.slot.rawValue)),
                "members": "\(next.membership.seats.map(\.name).joined(separator: " "))",
            ])
        link?.sayHelloAgain()
        self.orders.note(next)
        endAppliedOrders()
        follow(orders)
    }

    /// The newest membership that this node knows of, by its log or by what a peer has said; nil if it knows of
    /// none.
    package var newestMembership: GoverningMembership? { formation.governing }

    func noteMember() {
        guard let membership else { return }
        let seat = membership.seat(of: configuration.replica)
        isMember = seat?.incarnation == identity.incarnation
        isLearner = isMember && seat?.kind == .learner
        tellVote()
    }

    /// Tells, once, that this life has a vote.
    func tellVote() {
        guard let onVote, isMember,
            membership?.isVoter(configuration.replica, identity.incarnation) == true
        else { return }
        self.onVote = nil
        onVote()
    }

    /// Why nobody can be served at this node.
    var memberProblem: String? {
        isMember ? nil : hasLeft ? Self.leftProblem : Self.strangerProblem
    }

    private static let leftProblem =
        "this node was removed from its cluster: it ends when a quorum of the members has all that it has"
    private static let strangerProblem =
        "this node is no member of its cluster (yet, or any more): ask another node"

    /// This node votes no more, and knows why.
    func noteRemoval(by slot: Slot) {
        marks.hit(.removed)
        isMember = false
        hasLeft = true
        logger.warning(
            "this node is no member of its cluster any more: it serves no clients, and ends when a quorum of the "
                + "members has all that it has",
            ["slot": .integer(Int(slot.rawValue))])
    }

    /// Nobody needs this node any more (P24).
    func retire(by slot: Slot) {
        logger.warning(
            "this node was removed from its cluster for good, and ends",
            ["slot": .integer(Int(slot.rawValue))])
        onRetired(slot)
    }
}
