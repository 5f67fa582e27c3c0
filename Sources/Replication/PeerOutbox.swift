internal import Paxos
internal import PaxosCodec

/// The messages of one turn, by receiver, so that each peer gets one frame.
struct PeerOutbox {
    private struct Lane {
        let peer: ReplicaID
        var messages: [Message] = []
        var byteCount = 0
    }

    private var lanes: [Lane] = []

    /// Adds a message, or drops it beyond the limit: the core expects loss.
    mutating func add(_ outbound: Effects.Outbound) {
        let position = lane(of: outbound.receiver)
        let byteCount = outbound.message.byteCountEstimate
        guard lanes[position].byteCount + byteCount <= Limits.outboundBytesPerPeer else { return }
        lanes[position].messages.append(outbound.message)
        lanes[position].byteCount += byteCount
    }

    /// Gives each peer's messages away, in the order they came.
    mutating func drain(_ send: (ReplicaID, [Message]) -> Void) {
        for position in lanes.indices where !lanes[position].messages.isEmpty {
            send(lanes[position].peer, lanes[position].messages)
            lanes[position].messages.removeAll(keepingCapacity: true)
            lanes[position].byteCount = 0
        }
    }

    private mutating func lane(of peer: ReplicaID) -> Int {
        if let position = lanes.firstIndex(where: { $0.peer == peer }) { return position }
        lanes.append(Lane(peer: peer))
        return lanes.count - 1
    }
}
