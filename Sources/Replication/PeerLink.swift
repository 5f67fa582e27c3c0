package import Paxos

/// What a replica needs from the connections to its peers. Peering implements it.
package protocol PeerLink: AnyObject {
    /// Sends messages in order, or drops them if there is no connection: the core expects loss.
    func send(_ messages: [Message], to peer: ReplicaID)

    /// Passes a note on, or drops it: whoever waits for an answer gives it again.
    func send(_ note: PeerNote, to peer: ReplicaID)

    /// The replica's hello has changed, perhaps with the members: says it again on every open connection.
    func sayHelloAgain()
}
