internal import Paxos
internal import PaxosCodec

/// The messages of one turn, by receiver, so that each peer gets one frame.
///
/// A Decide alone may wait for company, a few milliseconds at most: with put upon put the next Accept says
/// the same, and a peer that nobody waits at need not be woken twice for each. The first one after a
/// pause leaves at once, and so does each one to a peer that sends commands or asks for reads.
struct PeerOutbox {
    private struct Lane {
        let peer: ReplicaID
        var messages: [Message] = []
        var byteCount = 0
        var holdsOnlyDecides = true
        /// When the last Decide left without company.
        var toldAtMilliseconds: UInt64?
        /// When the peer last sent a command, or asked for a read.
        var askedAtMilliseconds: UInt64?
        /// When it was last sent something.
        var sentAtMilliseconds: UInt64 = 0

        func mayWait(_ now: UInt64) -> Bool {
            guard holdsOnlyDecides, let told = toldAtMilliseconds else { return false }
            if let asked = askedAtMilliseconds, now < asked + Limits.askingMilliseconds {
                return false
            }
            return now < told + Limits.decideWaitsMilliseconds
        }

        /// Whether nothing is kept here that would make a difference.
        func isForgotten(_ now: UInt64) -> Bool {
            let usedAt = max(sentAtMilliseconds, askedAtMilliseconds ?? 0)
            return messages.isEmpty && now >= usedAt + Limits.laneKeptMilliseconds
        }
    }

    private var lanes: [Lane] = []

    /// Peers of which something is kept.
    var peerCount: Int { lanes.count }

    /// Adds a message, or drops it beyond the limit: the core expects loss.
    mutating func add(_ outbound: Effects.Outbound) {
        let position = lane(of: outbound.receiver)
        let byteCount = outbound.message.byteCountEstimate
        guard lanes[position].byteCount + byteCount <= Limits.outboundBytesPerPeer else { return }
        lanes[position].messages.append(outbound.message)
        lanes[position].byteCount += byteCount
        if case .decide = outbound.message { return }
        lanes[position].holdsOnlyDecides = false
    }

    /// The peer's clients wait for what is decided.
    mutating func noteAsking(_ peer: ReplicaID, nowMilliseconds: UInt64) {
        lanes[lane(of: peer)].askedAtMilliseconds = nowMilliseconds
    }

    /// Gives each peer's messages away, in the order they came.
    mutating func drain(nowMilliseconds now: UInt64, _ send: (ReplicaID, [Message]) -> Void) {
        var hasForgotten = false
        for position in lanes.indices {
            guard !lanes[position].messages.isEmpty else {
                if lanes[position].isForgotten(now) { hasForgotten = true }
                continue
            }
            if lanes[position].mayWait(now) { continue }
            lanes[position].sentAtMilliseconds = now
            if lanes[position].holdsOnlyDecides { lanes[position].toldAtMilliseconds = now }
            send(lanes[position].peer, lanes[position].messages)
            lanes[position].messages.removeAll(keepingCapacity: true)
            lanes[position].byteCount = 0
            lanes[position].holdsOnlyDecides = true
        }
        // Peers come and go with the members, and strangers call.
        if hasForgotten { lanes.removeAll { $0.isForgotten(now) } }
    }

    private mutating func lane(of peer: ReplicaID) -> Int {
        if let position = lanes.firstIndex(where: { $0.peer == peer }) { return position }
        lanes.append(Lane(peer: peer))
        return lanes.count - 1
    }
}
