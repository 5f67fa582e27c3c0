package import Paxos
package import Replication

/// A peer, and where it listens for its peers.
package struct PeerAddress: Equatable, Sendable {
    package let replica: ReplicaID
    /// As its operator named it; its id while that is not known.
    package let name: String
    /// Tried in turn. Empty if it is not known where to find it: then it has to call.
    package let urls: [PeerURL]

    package init(replica: ReplicaID, name: String, urls: [PeerURL]) {
        self.replica = replica
        self.name = name.isEmpty ? String(replica.rawValue, radix: 16) : name
        self.urls = urls
    }

    /// The holder of a seat.
    package init(_ seat: Seat) {
        self.init(
            replica: seat.replica, name: seat.name,
            urls: seat.peerURLs.compactMap { PeerURL($0) })
    }
}
