package import Paxos

/// A change of the members that somebody asked for, with ids as clients see them. It names the new member's id, which
/// the node that was asked has drawn: so an order that is given twice is carried out once.
package enum MembershipOrder: Equatable, Sendable {
    /// A seat that its first directory takes. A learner waits to be promoted; a voter votes as soon as it has
    /// caught up (P25).
    case add(UInt64, peerURLs: [String], isLearner: Bool)
    /// A learner that has caught up is to vote.
    case promote(UInt64)
    case remove(UInt64)
    /// The member is found at other URLs.
    case update(UInt64, peerURLs: [String])
    /// One member goes and another one comes, in one step.
    case replace(UInt64, by: UInt64, peerURLs: [String])

    /// The member that the order needs; nil for one that is to come.
    var target: ReplicaID? {
        switch self {
        case .add: nil
        case .promote(let member), .remove(let member), .update(let member, _): ReplicaID(member)
        case .replace(let member, _, _): ReplicaID(member)
        }
    }

    /// The member that comes by the order.
    var newcomer: ReplicaID? {
        switch self {
        case .add(let member, _, _), .replace(_, let member, _): ReplicaID(member)
        case .promote, .remove, .update: nil
        }
    }
}

/// Why an order is not carried out.
package enum OrderRefusal: UInt8, CaseIterable, Sendable {
    /// No URL, or one that is no `http://host:port`, or one twice.
    case invalidURLs = 1
    /// Another member has one of the URLs.
    case urlsTaken = 2
    case memberNotFound = 3
    case notALearner = 4
    /// The learner is not heard, or is too far behind.
    case learnerBehind = 5
    case tooManyLearners = 6
    case tooManyMembers = 7
    /// The members that have started would be no quorum.
    case tooFewStarted = 8
    /// Members do not answer: the change would leave no quorum that does.
    case unhealthy = 9
}

/// How an order ended.
package enum OrderResult: Equatable, Sendable {
    /// These are the members now, here, too.
    case done(Membership)
    /// Nothing was changed, and will not be.
    case refused(OrderRefusal)
    /// This node took no order at all.
    case notTaken(Refusal)
    /// It may have been carried out, or may be yet.
    case timedOut
}
