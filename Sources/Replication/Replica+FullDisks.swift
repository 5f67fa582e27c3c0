internal import Paxos
internal import PaxosCodec
internal import WriteAheadLog

/// Which members lack room on their disks, as far as is heard: each tells all others, whoever leads. It is nothing
/// that the log has to agree on, and a log without room could not.
extension Replica {
    /// The ids of members whose disks have no room for the next file of the log, or for the base, in order.
    package var fullMembers: [UInt64] {
        var full = fullPeers.all(nowMilliseconds: clockMilliseconds())
            .filter { membership?.seat(of: $0) != nil }.map(\.rawValue)
        if hasFullDisk { full.append(configuration.replica.rawValue) }
        return full.sorted()
    }

    /// Whether the disk of this node has no room for the next file of the log, or for the base.
    package var hasFullDisk: Bool { log.lacksSpace || baseLacksSpace }

    /// The peers of the membership to which there is a connection.
    var connectedMembers: [ReplicaID] {
        (membership?.seats ?? []).map(\.replica)
            .filter { $0 != configuration.replica && peers.isConnected($0) }
    }

    /// With each tick: says it when it changes, and again while it is so.
    func tellPeersOfSpace(_ now: UInt64) {
        let isDue =
            hasToldPeersOfSpace != hasFullDisk
            || (hasFullDisk && now >= tellPeersOfSpaceAtMilliseconds)
        guard isDue else { return }
        hasToldPeersOfSpace = hasFullDisk
        tellPeersOfSpaceAtMilliseconds = now + Limits.tellPeersOfSpaceMilliseconds
        let note = SpaceNote(isFull: hasFullDisk)
        for peer in connectedMembers { say(note.encoded, to: peer) }
    }

    /// What a peer says in a frame, beside the protocol; words of a newer version are nothing.
    func receive(_ payload: [UInt8], from peer: ReplicaID) {
        if let message = SnapshotMessage(payload) {
            receive(message, from: peer)
        } else if let note = SpaceNote(payload) {
            fullPeers.note(peer, isFull: note.isFull, nowMilliseconds: clockMilliseconds())
        }
    }

    func say(_ payload: [UInt8], to peer: ReplicaID) {
        link?.send([.host(Message.Host(payload: payload))], to: peer)
    }
}
