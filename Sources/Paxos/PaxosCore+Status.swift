public import Basics

/// A view for eyes: nothing in the protocol depends on it.
extension PaxosCore {
    /// What this replica is doing.
    public enum RoleName: String, Equatable, Sendable {
        case follower, candidate, leader
    }

    /// How a peer looks from here.
    public enum PeerHealth: String, Equatable, Sendable {
        /// Heard within two heartbeats.
        case up
        /// Heard within the election time-out.
        case suspect
        case down
    }

    /// One peer, as this replica sees it.
    public struct PeerStatus: Equatable, Sendable {
        public let replica: ReplicaID
        public let isVoter: Bool
        public let health: PeerHealth
        /// Since when nothing was heard from it; nil if nothing ever was.
        public let silenceMilliseconds: UInt64?
        /// As far as ticks can tell.
        public let roundTripMilliseconds: UInt64
        public let decidedUpTo: Slot
        public let durableUpTo: Slot
        /// Decided slots here that it does not have durably, as far as it has told.
        public let lagSlots: UInt64
    }

    /// One replica, as it sees itself.
    public struct Status: Equatable, Sendable {
        public let role: RoleName
        /// Its own ballot if it leads or stands.
        public let ballot: Ballot?
        /// The ballot of the leader that it is or knows.
        public let leader: Ballot?
        public let promised: Ballot
        public let decidedUpTo: Slot
        public let appliedUpTo: Slot
        public let openSlots: Int
        public let openBytes: Int
        public let queueBytes: Int
        public let unflushedBytes: Int
        public let unflushedMilliseconds: UInt32
        public let tailBytes: Int
        /// Read rounds and read requests so far.
        public let readRounds: UInt64
        /// Ballots prepared so far.
        public let electionsBegun: UInt64
        /// Whether linearizable reads can be asked for: Lead is decided here, or a leader is known.
        public let isReadable: Bool
        public let peers: [PeerStatus]
    }

    /// The highest ballot that this replica has promised, durably or not yet.
    public var promised: Ballot { acceptor.promised }

    /// The highest slot that this replica has accepted or knows decided, durably or not yet.
    public var highestAccepted: Slot { acceptor.values.last }

    /// The slots up to this one are decided here, and their decided values are durable: what is decided above may lie
    /// in the log with an older ballot's value.
    public mutating func durableDecidedUpTo() -> Slot {
        acceptor.durableDecidedUpTo(durableBox: outbox.durableBox)
    }

    public var status: Status {
        let isReady = leader.map { learner.decidedUpTo >= $0.leadSlot && !$0.isClosed }
        return Status(
            role: leader != nil ? .leader : proposer != nil ? .candidate : .follower,
            ballot: leader?.ballot ?? proposer?.ballot, leader: leaderRoute().ballot,
            promised: acceptor.promised, decidedUpTo: learner.decidedUpTo,
            appliedUpTo: appliedUpTo, openSlots: leader?.open.span ?? 0,
            openBytes: leader?.openBytes ?? 0, queueBytes: queue.byteCount,
            unflushedBytes: outbox.unflushedBytes, unflushedMilliseconds: unflushedMilliseconds,
            tailBytes: learner.tailBytes, readRounds: barrier.asked,
            electionsBegun: election.electionsBegun,
            isReadable: isReady ?? (leaderRoute() != .none), peers: peers.indices.map(status(of:)))
    }

    /// Whether it leads now, even if the end of the turn has not told anybody yet.
    public var isLeading: Bool { leader != nil }

    /// Whom this leader hands over to; nil when it does not, and once a hand-over has lapsed.
    public var handOverReceiver: ReplicaID? { leader?.handOver?.target }

    /// How often each rare thing happened in this life.
    public var marks: MarkCounter<PaxosMark> {
        var marks = ownMarks
        marks.add(acceptor.marks)
        return marks
    }

    /// What this replica accepted in a slot above its decided prefix.
    public func accepted(in slot: Slot) -> AcceptedValue? {
        acceptor.values[slot].map {
            AcceptedValue(slot: slot, ballot: $0.ballot, value: $0.value)
        }
    }

    private func status(of index: Int) -> PeerStatus {
        let peer = peers[index]
        let silence = peer.heardAt.map { clock.running - $0 }
        let health: PeerHealth =
            if !peer.isConnected || (silence ?? .max) > timeout {
                .down
            } else if (silence ?? .max) > 2 * heartbeat {
                .suspect
            } else {
                .up
            }
        return PeerStatus(
            replica: peer.replica, isVoter: peer.voter != nil, health: health,
            silenceMilliseconds: silence, roundTripMilliseconds: peer.roundTripMilliseconds,
            decidedUpTo: peer.decidedUpTo, durableUpTo: peer.durableUpTo,
            lagSlots: learner.decidedUpTo.distance(after: peer.durableUpTo))
    }
}
