/// What is known about one other replica. Times are running milliseconds.
struct Peer: Equatable, Sendable {
    let replica: ReplicaID
    /// Nil while no directory has taken its seat: nothing that it says counts (P25).
    let incarnation: Incarnation?
    /// Its place among the voters, nil for a learner.
    var voter: Int?
    /// The transport's word; any message from the peer proves it wrong.
    var isConnected = true
    /// When this life of it became a peer of this replica.
    var knownSince: UInt64 = 0
    /// When anything was heard from it last.
    var heardAt: UInt64?
    /// When it last answered this replica as its leader.
    var answeredAt: UInt64?
    /// Between a heartbeat and its answer, as far as ticks can tell.
    var roundTripMilliseconds: UInt64 = 0
    var decidedUpTo = Slot.zero
    var durableUpTo = Slot.zero
    /// The newest membership that it knows durably to be decided, by the slot of that.
    var configurationSlot = Slot.zero
    var unflushedMilliseconds: UInt32 = 0
    /// The leader that it hears itself, and when that leader gave its last sign, in this clock.
    var heardLeader: Ballot?
    var heardLeaderAt: UInt64 = 0
}

/// All other seats, in order of their ids; a peer's place is its index here.
struct PeerTable: Equatable, Sendable {
    private(set) var peers: [Peer]

    /// `known` are the peers until now: what is known of those that stay is kept. `former` voters stay, too,
    /// if a bug counts them on.
    init(
        membership: Membership, former: [Seat] = [], quorum: Quorum, own: ReplicaID,
        known: PeerTable? = nil, running: UInt64 = 0
    ) {
        let left = former.filter { seat in membership.seat(of: seat.replica) == nil }
        let others = (membership.seats + left).filter { $0.replica != own }
        peers = others.map { seat in
            let life = known?.peers.first {
                $0.replica == seat.replica && $0.incarnation == seat.incarnation
            }
            var peer =
                life
                ?? Peer(
                    replica: seat.replica, incarnation: seat.incarnation, knownSince: running)
            peer.voter = quorum.voter(seat.replica, seat.incarnation)
            return peer
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
