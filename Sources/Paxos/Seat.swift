/// A member's place in the configuration.
public struct Seat: Equatable, Sendable {
    /// What the seat is for.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// Receives everything and is counted nowhere, until somebody promotes it.
        case learner = 0
        case voter = 1
        /// A learner that becomes a voter by itself as soon as it has caught up (P5, P25).
        case voterToBe = 2
    }

    public let replica: ReplicaID
    /// The one incarnation that counts; nil before any directory has taken the seat (P25).
    public let incarnation: Incarnation?
    public let kind: Kind
    public let name: String
    public let peerURLs: [String]
    /// As far as the member had told when it was given the seat; its hello says what is true now.
    public let clientURLs: [String]
    /// Fields that a newer version added, as they came: whoever passes a membership on keeps them.
    public let laterFields: [UInt8]

    public init(
        replica: ReplicaID, incarnation: Incarnation?, kind: Kind, name: String,
        peerURLs: [String], clientURLs: [String] = [], laterFields: [UInt8] = []
    ) {
        precondition(kind != .voter || incarnation != nil, "a vote is that of one life")
        self.replica = replica
        self.incarnation = incarnation
        self.kind = kind
        self.name = name
        self.peerURLs = peerURLs
        self.clientURLs = clientURLs
        self.laterFields = laterFields
    }

    /// The seat of a life that is there: a voter, or a learner.
    public init(
        replica: ReplicaID, incarnation: Incarnation, isVoter: Bool, name: String,
        peerURLs: [String]
    ) {
        self.init(
            replica: replica, incarnation: incarnation, kind: isVoter ? .voter : .learner,
            name: name, peerURLs: peerURLs)
    }

    /// Learners receive everything and are counted nowhere.
    public var isVoter: Bool { kind == .voter }

    /// The same seat for another purpose.
    public func turned(_ kind: Kind) -> Seat {
        Seat(
            replica: replica, incarnation: incarnation, kind: kind, name: name, peerURLs: peerURLs,
            clientURLs: clientURLs, laterFields: laterFields)
    }

    /// The same seat in the hands of this life of its replica. It has no vote yet: what was to vote, or did,
    /// is to vote again (P5).
    public func given(
        to incarnation: Incarnation, name: String, clientURLs: [String]
    ) -> Seat {
        Seat(
            replica: replica, incarnation: incarnation, kind: kind == .learner ? kind : .voterToBe,
            name: name, peerURLs: peerURLs, clientURLs: clientURLs, laterFields: laterFields)
    }
}
