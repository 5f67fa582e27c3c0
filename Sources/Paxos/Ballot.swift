/// The number of an attempt to lead ("proposal number" in *Paxos Made Simple*): totally ordered, and
/// unique, because its replica and that replica's incarnation are part of it.
public struct Ballot: Hashable, Comparable, Sendable {
    /// Counts attempts; the candidate takes one above the highest it has seen.
    public let round: UInt64
    public let replica: ReplicaID
    /// The incarnation of `replica` that prepares: a wiped replica cannot repeat an old ballot.
    public let incarnation: Incarnation

    public init(round: UInt64, replica: ReplicaID, incarnation: Incarnation) {
        self.round = round
        self.replica = replica
        self.incarnation = incarnation
    }

    /// Below every ballot that anybody prepares.
    public static let zero = Ballot(round: 0, replica: ReplicaID(0), incarnation: Incarnation(0))

    public static func < (left: Ballot, right: Ballot) -> Bool {
        if left.round != right.round { return left.round < right.round }
        if left.replica != right.replica { return left.replica < right.replica }
        return left.incarnation < right.incarnation
    }
}

extension Ballot: CustomStringConvertible {
    /// For reports and logs: round and replica.
    public var description: String {
        "ballot \(round) of replica \(String(replica.rawValue, radix: 16))"
    }
}
