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

    /// Whether this life of this replica has a seat.
    public func holds(_ replica: ReplicaID, _ incarnation: Incarnation) -> Bool {
        seat(of: replica)?.incarnation == incarnation
    }

    /// Whether a vote of this life of this replica counts.
    public func isVoter(_ replica: ReplicaID, _ incarnation: Incarnation?) -> Bool {
        guard let incarnation, let seat = seat(of: replica) else { return false }
        return seat.isVoter && seat.incarnation == incarnation
    }

    /// With this seat, in the place of the one that its replica had, if it had one.
    public func with(_ seat: Seat) -> Membership {
        Membership(seats: seats.filter { $0.replica != seat.replica } + [seat])
    }

    /// Without the seat of this replica.
    public func without(_ replica: ReplicaID) -> Membership {
        Membership(seats: seats.filter { $0.replica != replica })
    }
}
