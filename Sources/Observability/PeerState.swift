/// What this node thinks of a peer, as `synod_peer_state` shows it.
package enum PeerState: Int, Sendable {
    /// No connection.
    case down = 0
    /// Connected, but silent for longer than it should be.
    case suspect = 1
    case up = 2
}
