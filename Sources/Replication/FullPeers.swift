internal import Paxos

/// Peers that say that their disks have no room. Each says it again and again: of one that falls silent nobody
/// knows any more.
struct FullPeers {
    private var heard: [(peer: ReplicaID, atMilliseconds: UInt64)] = []

    mutating func note(_ peer: ReplicaID, isFull: Bool, nowMilliseconds: UInt64) {
        heard.removeAll { $0.peer == peer }
        if isFull { heard.append((peer, nowMilliseconds)) }
    }

    func all(nowMilliseconds now: UInt64) -> [ReplicaID] {
        heard.filter { now < $0.atMilliseconds + Limits.fullPeerRememberedMilliseconds }
            .map(\.peer)
    }
}
