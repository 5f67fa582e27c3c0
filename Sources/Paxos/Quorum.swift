/// Voters that said yes, as bits by their place among the voters.
public struct VoteSet: Equatable, Sendable {
    private(set) var bits: UInt64 = 0

    public init() {}

    /// How many have voted.
    public var count: Int { bits.nonzeroBitCount }

    /// Counts the voter at this place; a second vote of the same changes nothing.
    public mutating func insert(_ voter: Int) {
        precondition(voter >= 0 && voter < Limits.votersMax, "no such voter")
        bits |= 1 << UInt64(voter)
    }
}

/// The counting rule over a membership: which sets of voters may decide. Any phase-1 quorum and any phase-2
/// quorum of one membership share a voter; that, and only that, makes Paxos safe.
public struct Quorum: Equatable, Sendable {
    private struct Voter: Equatable, Sendable {
        let replica: ReplicaID
        let incarnation: Incarnation
    }

    /// A voter's place is its index here.
    private let voters: [Voter]
    /// How many voters a quorum needs (the same in both phases).
    public let size: Int
    private let injectedBug: PaxosBug?

    public init(_ membership: Membership) { self.init(membership, injectedBug: nil) }

    /// `former` voters are counted, too: that is wrong, and what `PaxosBug.removedNodeStillCounted` is about.
    init(_ membership: Membership, former: [Seat] = [], injectedBug: PaxosBug?) {
        self.injectedBug = injectedBug
        let current = membership.voters
        let left = former.filter { seat in membership.seat(of: seat.replica) == nil }
        voters = (current + left).compactMap { seat in
            seat.incarnation.map { Voter(replica: seat.replica, incarnation: $0) }
        }
        size =
            injectedBug == .halfTakenForQuorum
            ? (current.count + 1) / 2 : current.count / 2 + 1
        precondition(voters.count <= Limits.votersMax, "more voters than a vote set can count")
    }

    public var voterCount: Int { voters.count }

    /// The place of this life of this replica among the voters, if its vote counts (P2).
    public func voter(_ replica: ReplicaID, _ incarnation: Incarnation?) -> Int? {
        for index in voters.indices where voters[index].replica == replica {
            let isThatLife = voters[index].incarnation == incarnation
            return isThatLife || injectedBug == .oldIncarnationVoteCounted ? index : nil
        }
        return nil
    }

    /// May a candidate with these promises propose?
    public func isPhase1(_ votes: VoteSet) -> Bool { votes.count >= size }

    /// Is a value with these accepts decided? Also the rule for read rounds.
    public func isPhase2(_ votes: VoteSet) -> Bool { votes.count >= size }
}
