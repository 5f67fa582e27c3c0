/// What happens to a core. Nothing else changes it.
public enum Input: Equatable, Sendable {
    /// A peer said something. `incarnation` and `boot` are those of its hello.
    case received(Message, from: Sender)
    /// Commands of a client of this node, one bundle; on a follower they go to the leader.
    case propose(bundle: [UInt8])
    /// Clients of this node want to read what is the latest now. `number` is new for each.
    case read(number: UInt64)
    /// The caller has handed over everything that was waiting: the core now opens slots, starts the
    /// read round that waits, and closes the box of this turn. Nothing is persisted before it.
    case endOfTurn
    /// Time passed; at least every tenth of the election time-out. Ends the turn, too.
    case tick(nowMilliseconds: UInt64)
    /// All boxes up to this number are durable.
    case durable(boxNumber: UInt64)
    /// The log has nothing under way: a slot may open at once.
    case logIdle
    /// All slots up to this one are applied.
    case applied(upTo: Slot)
    /// The transport's connection to a peer came up or broke: a hint, never a proof.
    case connected(ReplicaID)
    case disconnected(ReplicaID)
    /// The caller's state is durable elsewhere up to this slot, and the log need not keep what is below.
    case truncate(upTo: Slot)
    /// The caller's state stands at this snapshot now, durably.
    case installed(InstalledSnapshot)
    /// Decided values that a `readLog` effect asked for.
    case logRead(fromSlot: Slot, values: [Value], for: ReplicaID)
    /// An operator's order: give leadership to this voter, or to the best one.
    case moveLeader(to: ReplicaID?)
    /// This membership shall govern from some slot on; `number` is new for each. Only a leader does it.
    case change(to: Membership, number: UInt64)
    /// The process is about to end: give leadership away and do not stand again.
    case resign
    /// A role dies, and nothing else on this node. What it holds in memory is lost to it.
    case kill(Role)
    /// A role that was killed comes back.
    case revive(Role, Revival)

    /// Who sent a message: one life of one replica.
    public struct Sender: Equatable, Sendable {
        public let replica: ReplicaID
        public let incarnation: Incarnation
        public init(replica: ReplicaID, incarnation: Incarnation) {
            self.replica = replica
            self.incarnation = incarnation
        }
    }
}
