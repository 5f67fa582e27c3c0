package import Paxos

/// Where a peer listens for its peers.
package struct PeerAddress: Equatable, Sendable {
    package let replica: ReplicaID
    package let name: String
    package let host: String
    package let port: UInt16

    package init(replica: ReplicaID, name: String, host: String, port: UInt16) {
        self.replica = replica
        self.name = name
        self.host = host
        self.port = port
    }
}
