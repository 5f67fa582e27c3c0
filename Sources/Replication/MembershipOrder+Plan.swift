internal import Paxos

extension MembershipOrder {
    /// What an order makes of the members.
    enum Plan: Equatable {
        case change(Membership)
        /// It is so already.
        case done
        case refused(OrderRefusal)
    }

    /// What becomes of this membership, as far as that needs no look at who lives. `isRetry`: an earlier try of
    /// the same order may have been carried out, and then its work is not refused.
    func plan(for membership: Membership, isRetry: Bool) -> Plan {
        switch self {
        case .add(let member, let urls, let isLearner):
            return add(ReplicaID(member), urls, isLearner, to: membership)
        case .promote(let member):
            return promote(ReplicaID(member), in: membership, isRetry)
        case .remove(let member):
            guard let seat = membership.seat(of: ReplicaID(member)) else {
                return isRetry ? .done : .refused(.memberNotFound)
            }
            return remove(seat, from: membership)
        case .update(let member, let urls):
            return update(ReplicaID(member), urls, in: membership)
        case .replace(let old, let new, let urls):
            return replace(ReplicaID(old), ReplicaID(new), urls, in: membership, isRetry)
        }
    }

    private func add(
        _ member: ReplicaID, _ urls: [String], _ isLearner: Bool, to membership: Membership
    ) -> Plan {
        if membership.seat(of: member) != nil { return .done }
        if let refusal = Self.refusal(ofURLs: urls, of: membership.seats) {
            return .refused(refusal)
        }
        let learners = membership.seats.filter { $0.kind == .learner }
        if isLearner, learners.count >= Limits.learnersMax { return .refused(.tooManyLearners) }
        if membership.seats.count >= Limits.membersMax { return .refused(.tooManyMembers) }
        // As in etcd, which lets a cluster of one grow, although the second member has not started.
        let count = Count(membership.seats)
        let mayGrow = count.started == 1 && count.members == 1
        if !isLearner, !mayGrow, count.started < (count.members + 1) / 2 + 1 {
            return .refused(.tooFewStarted)
        }
        return .change(
            membership.with(Self.seat(member, isLearner ? .learner : .voterToBe, urls)))
    }

    private func promote(
        _ member: ReplicaID, in membership: Membership, _ isRetry: Bool
    ) -> Plan {
        guard let seat = membership.seat(of: member) else { return .refused(.memberNotFound) }
        if isRetry, seat.isVoter { return .done }
        guard seat.kind == .learner else { return .refused(.notALearner) }
        guard seat.incarnation != nil else { return .refused(.learnerBehind) }
        return .change(membership.with(seat.turned(.voter)))
    }

    private func remove(_ seat: Seat, from membership: Membership) -> Plan {
        let rest = membership.without(seat.replica)
        if seat.kind == .learner { return .change(rest) }
        let count = Count(rest.seats)
        guard !rest.voters.isEmpty, count.started >= count.members / 2 + 1 else {
            return .refused(.tooFewStarted)
        }
        return .change(rest)
    }

    private func update(
        _ member: ReplicaID, _ urls: [String], in membership: Membership
    ) -> Plan {
        guard let seat = membership.seat(of: member) else { return .refused(.memberNotFound) }
        let others = membership.without(member)
        if let refusal = Self.refusal(ofURLs: urls, of: others.seats) { return .refused(refusal) }
        if seat.peerURLs == urls.sorted() { return .done }
        return .change(membership.with(seat.at(urls.sorted())))
    }

    private func replace(
        _ old: ReplicaID, _ new: ReplicaID, _ urls: [String], in membership: Membership,
        _ isRetry: Bool
    ) -> Plan {
        guard let seat = membership.seat(of: old) else {
            let isDone = isRetry && membership.seat(of: new) != nil
            return isDone ? .done : .refused(.memberNotFound)
        }
        let others = membership.without(old)
        if let refusal = Self.refusal(ofURLs: urls, of: others.seats) { return .refused(refusal) }
        guard case .change(let rest) = remove(seat, from: membership) else {
            return .refused(.tooFewStarted)
        }
        let kind: Seat.Kind = seat.kind == .learner ? .learner : .voterToBe
        return .change(rest.with(Self.seat(new, kind, urls)))
    }

    /// A seat that waits for its first directory.
    private static func seat(_ member: ReplicaID, _ kind: Seat.Kind, _ urls: [String]) -> Seat {
        Seat(replica: member, incarnation: nil, kind: kind, name: "", peerURLs: urls.sorted())
    }

    private static func refusal(ofURLs urls: [String], of seats: [Seat]) -> OrderRefusal? {
        guard areValid(urls) else { return .invalidURLs }
        let isTaken = seats.contains { !Set($0.peerURLs).isDisjoint(with: urls) }
        return isTaken ? .urlsTaken : nil
    }

    /// Whether a member may have these: at least one, and none twice.
    private static func areValid(_ urls: [String]) -> Bool {
        !urls.isEmpty && urls.count <= Limits.urlsMax && Set(urls).count == urls.count
            && urls.allSatisfy { $0.utf8.count <= Limits.urlBytesMax && PeerURL($0) != nil }
    }

    /// Whether the order can be passed on: what it brings can be the URLs of a member.
    var isWellFormed: Bool {
        switch self {
        case .add(_, let urls, _), .update(_, let urls), .replace(_, _, let urls):
            Self.areValid(urls)
        case .promote, .remove: true
        }
    }

    /// Members that vote or are to vote, and those of them that have started once.
    private struct Count {
        let members: Int
        let started: Int

        init(_ seats: [Seat]) {
            let voting = seats.filter { $0.kind != .learner }
            members = voting.count
            started = voting.filter { $0.incarnation != nil }.count
        }
    }
}

extension Seat {
    /// The same seat, found at other URLs.
    fileprivate func at(_ urls: [String]) -> Seat {
        Seat(
            replica: replica, incarnation: incarnation, kind: kind, name: name, peerURLs: urls,
            clientURLs: clientURLs, laterFields: laterFields)
    }
}
