/// What is known about one other replica. Times are running milliseconds.
struct Peer: Equatable, Sendable {
    let replica: ReplicaID
    let incarnation: Incarnation
    /// Its place among the voters, nil for a learner.
    let voter: Int?
    /// The transport's word; any message from the peer proves it wrong.
    var isConnected = true
    /// When anything was heard from it last.
    var heardAt: UInt64?
    /// When it last answered this replica as its leader.
    var answeredAt: UInt64?
    /// Between a heartbeat and its answer, as far as ticks can tell.
    var roundTripMilliseconds: UInt64 = 0
    var decidedUpTo = Slot.zero
    var durableUpTo = Slot.zero
    var unflushedMilliseconds: UInt32 = 0
    /// The leader that it hears itself, and when that leader gave its last sign, in this clock.
    var heardLeader: Ballot?
    var heardLeaderAt: UInt64 = 0
}

/// All other seats, in order of their ids; a peer's place is its index here.
struct PeerTable: Equatable, Sendable {
    private(set) var peers: [Peer]

    init(membership: Membership, quorum: Quorum, own: ReplicaID) {
        peers = membership.seats.filter { $0.replica != own }.map {
            Peer(
                replica: $0.replica, incarnation: $0.incarnation,
                voter: quorum.voter($0.replica, $0.incarnation))
        }
        precondition(peers.count < Limits.votersMax, "more seats than bits to count them")
    }

    var indices: Range<Int> { peers.indices }

    subscript(index: Int) -> Peer {
        _read { yield peers[index] }
        _modify { yield &peers[index] }
    }

    func index(of replica: ReplicaID) -> Int? {
        for index in peers.indices where peers[index].replica == replica { return index }
        return nil
    }

    /// The highest decided mark that any peer told of.
    var decidedUpTo: Slot { peers.reduce(.zero) { max($0, $1.decidedUpTo) } }

    /// The age of the last contact with a quorum that answers to this replica, itself included: the age of
    /// the least recent answer that is still needed.
    func quorumContactAge(quorum: Quorum, isVoter: Bool, running: UInt64) -> UInt64 {
        let needed = quorum.size - (isVoter ? 1 : 0)
        guard needed > 0 else { return 0 }
        let ages = peers.filter { $0.voter != nil }
            .map { running - min(running, $0.answeredAt ?? 0) }
            .sorted()
        return needed <= ages.count ? ages[needed - 1] : running
    }
}
