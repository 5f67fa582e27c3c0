/// A change of the membership that this leader was asked for, until it is decided or given up. One is under
/// way at a time (P24).
struct MembershipChange: Equatable, Sendable {
    /// The caller's number.
    let number: UInt64
    let membership: Membership
    /// The leadership that was asked.
    let ballot: Ballot
    /// The slot in which it was proposed; nil while slots below are still open.
    var slot: Slot?
}

/// How a change ended that a core was asked for.
public enum ChangeOutcome: Equatable, Sendable {
    /// It was not proposed, and never will be.
    case refused(ChangeRefusal)
    /// The membership governs all slots after this one.
    case decided(Slot)
    /// It was proposed, and this replica leads no more: it may still be decided, or never.
    case unknown
}

/// Why a change of the membership was not proposed.
public enum ChangeRefusal: Equatable, Sendable {
    /// This replica does not lead.
    case notLeader
    /// Its Lead is not applied yet (P12), or it is about to hand over: later it may do.
    case notReady
    /// Another one is not decided yet.
    case changeUnderWay
    /// It has no voter, or more seats than can be counted.
    case impossible
    /// It is the membership that governs already.
    case unchanged
    /// These would begin to vote, and are not heard, or are too far behind.
    case newVotersBehind([ReplicaID])
    /// These seats would pass to another life of their replica, and the one that has them is heard (P5).
    case stillHeard([ReplicaID])
    /// Of all that would vote, no quorum is heard and near.
    case tooFewLiveVoters
}
