/// A member's place in the configuration.
public struct Seat: Equatable, Sendable {
    public let replica: ReplicaID
    /// The one incarnation that counts.
    public let incarnation: Incarnation
    /// Learners receive everything and are counted nowhere.
    public let isVoter: Bool
    public let name: String
    public let peerURLs: [String]

    public init(
        replica: ReplicaID, incarnation: Incarnation, isVoter: Bool, name: String,
        peerURLs: [String]
    ) {
        self.replica = replica
        self.incarnation = incarnation
        self.isVoter = isVoter
        self.name = name
        self.peerURLs = peerURLs
    }
}

/// The configuration that governs a slot: who votes, by replica and incarnation. Seats are ordered by id.
public struct Membership: Equatable, Sendable {
    public let seats: [Seat]

    public init(seats: [Seat]) {
        let ordered = seats.sorted { $0.replica < $1.replica }
        for (left, right) in zip(ordered, ordered.dropFirst()) {
            precondition(left.replica != right.replica, "a replica has one seat")
        }
        self.seats = ordered
    }

    public var voters: [Seat] { seats.filter(\.isVoter) }

    public func seat(of replica: ReplicaID) -> Seat? { seats.first { $0.replica == replica } }

    /// Whether a vote of this life of this replica counts.
    public func isVoter(_ replica: ReplicaID, _ incarnation: Incarnation) -> Bool {
        guard let seat = seat(of: replica) else { return false }
        return seat.isVoter && seat.incarnation == incarnation
    }
}
