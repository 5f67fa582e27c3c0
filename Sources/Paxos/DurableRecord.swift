/// What an acceptor and a learner must not forget. The log keeps these; folding them in order gives
/// `DurableState` back.
public enum DurableRecord: Equatable, Sendable {
    /// Nothing below this ballot is accepted or promised any more.
    case promised(Ballot)
    case accepted(AcceptedValue)
    /// Slots up to `upTo` that were accepted in exactly `ballot` are decided: a hint that spares
    /// asking peers after a restart.
    case decided(ballot: Ballot, upTo: Slot)
    /// A decided value that was fetched from a peer.
    case learned(slot: Slot, value: Value)
    /// Slots up to here are decided and durable in the store: the log need not have them any more. What it has
    /// of them may be what was never decided.
    case truncated(upTo: Slot)
    /// The configuration that governs slots above `slot`.
    case configuration(slot: Slot, membership: Membership)
    /// The newest start, highest promise and accepted slot that a peer was heard to have.
    case heard(PeerMemory)
}

/// What a peer said about its own durable state: it must never be heard with less.
public struct PeerMemory: Equatable, Sendable {
    public let replica: ReplicaID
    public let incarnation: Incarnation
    /// Its newest start.
    public let start: ProcessStart
    public let promised: Ballot
    public let accepted: Slot
    public init(
        replica: ReplicaID, incarnation: Incarnation, start: ProcessStart, promised: Ballot,
        accepted: Slot
    ) {
        self.replica = replica
        self.incarnation = incarnation
        self.start = start
        self.promised = promised
        self.accepted = accepted
    }
}

/// The sum of a replica's durable records: what a core is born from.
public struct DurableState: Equatable, Sendable {
    public var promised = Ballot.zero
    /// Every slot up to here is decided and was handed to the learner's reader (applied, or to be
    /// applied by the caller in order); its value may no longer be in `accepted`.
    public var decidedUpTo = Slot.zero
    /// Slots up to here cannot be read from the log; all later ones up to `decidedUpTo` can.
    public var truncatedUpTo = Slot.zero
    /// Slots up to `decidedUpTo` are neither in the caller's state nor in the log: a snapshot must bring them
    /// before anything later is handed out.
    public var lacksBase = false
    /// Accepted values of slots above `decidedUpTo`, at their highest ballot, in slot order.
    public var accepted: [AcceptedValue] = []
    /// Decided values above `decidedUpTo` that were fetched from peers, in slot order.
    public var learned: [DecidedValue] = []
    /// The slot after which `membership` governs.
    public var configurationSlot = Slot.zero
    public var membership: Membership
    /// A slot after which a membership governed that had a seat for this life, if the caller knows of one: who
    /// lost its seat is told so in another way than who never had one (P24).
    public var seatedSince: Slot?
    /// The highest log time in any value handed out or kept, in milliseconds.
    public var logTimeMilliseconds: UInt64 = 0

    public init(membership: Membership) { self.membership = membership }
}

/// A decided slot and its value.
public struct DecidedValue: Equatable, Sendable {
    public let slot: Slot
    public let value: Value
    public init(slot: Slot, value: Value) {
        self.slot = slot
        self.value = value
    }
}
