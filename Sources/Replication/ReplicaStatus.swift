/// A replica as operators see it.
package struct ReplicaStatus: Equatable, Sendable {
    /// The round of the highest ballot seen: what etcd calls the term.
    package var ballotRound: UInt64 = 0
    /// The leader's member id; 0 if none is known.
    package var leader: UInt64 = 0
    package var isLeader = false
    package var isLearner = false
    package var decidedSlot: UInt64 = 0
    package var appliedSlot: UInt64 = 0
    package var leaderChangesSeen: UInt64 = 0
    package var proposalsPending = 0
    package var logBytes: UInt64 = 0
    package var peers: [PeerStatus] = []
    /// How far this node is behind, and how fast it comes nearer.
    package var progress = CatchUpProgress()
    /// The roles of this node that do nothing now.
    package var deadRoles: [String] = []
    /// Why this node does not serve, or what its operator should know; nil if all is well.
    package var problem: String?

    package init() {}

    /// A peer as this node hears it.
    package struct PeerStatus: Equatable, Sendable {
        package let id: UInt64
        package let name: String
        package let condition: PeerCondition
        /// Of the last answered heartbeat.
        package let roundTripMilliseconds: UInt64?
        package let lastHeardMilliseconds: UInt64?

        package init(
            id: UInt64, name: String, condition: PeerCondition, roundTripMilliseconds: UInt64?,
            lastHeardMilliseconds: UInt64?
        ) {
            self.id = id
            self.name = name
            self.condition = condition
            self.roundTripMilliseconds = roundTripMilliseconds
            self.lastHeardMilliseconds = lastHeardMilliseconds
        }
    }

    /// How long ago a peer was heard: within half an election time-out, within one, or not.
    package enum PeerCondition: String, Sendable {
        case up, suspect, down
    }
}

/// Who this process is.
package struct NodeIdentity: Equatable, Sendable {
    /// 0 until the cluster is formed.
    package var clusterID: UInt64
    package let memberID: UInt64
    package let name: String

    package init(clusterID: UInt64, memberID: UInt64, name: String) {
        self.clusterID = clusterID
        self.memberID = memberID
        self.name = name
    }
}

/// A member as clients see it.
package struct MemberView: Equatable, Sendable {
    package let id: UInt64
    package let name: String
    package let peerURLs: [String]
    /// Empty until the member was heard.
    package let clientURLs: [String]
    package let isLearner: Bool

    package init(
        id: UInt64, name: String, peerURLs: [String], clientURLs: [String], isLearner: Bool
    ) {
        self.id = id
        self.name = name
        self.peerURLs = peerURLs
        self.clientURLs = clientURLs
        self.isLearner = isLearner
    }
}
