package import Paxos

/// A member as the operator listed it.
package struct ListedMember: Equatable, Sendable {
    package let replica: ReplicaID
    package let name: String
    package let peerURLs: [String]

    package init(replica: ReplicaID, name: String, peerURLs: [String]) {
        self.replica = replica
        self.name = name
        self.peerURLs = peerURLs
    }
}
