internal import Basics

/// Phase 2 of one ballot: assigns slots, counts Accepted by the quorum rule, keeps the window of open slots
/// and the flow to each follower.
///
/// Invariants: its ballot is the one its own acceptor promised (*LeaderHoldsItsPromise*); every open slot is
/// accepted by its own acceptor in its ballot (*OpenSlotsAreAccepted*), and its own vote counts only when
/// that record is durable; slots are declared decided in slot order (P2); once closed it counts nothing more.
struct Leader: Sendable {
    struct OpenSlot: Sendable {
        let value: Value
        let bytes: Int
        var votes = VoteSet()
        /// The peers, voters or not, that have it, as bits by their place in the peer table.
        var acknowledged: UInt64 = 0
        /// When it was last sent to all, in running milliseconds.
        let openedAt: UInt64
    }

    /// Records of own accepts on their way to the disk.
    struct OwnRun: Sendable {
        let box: UInt64
        let first: Slot
        let last: Slot
    }

    /// Leadership on its way to another voter.
    struct HandOver: Equatable, Sendable {
        let target: ReplicaID
        /// When this leader goes on by itself, in running milliseconds.
        let until: UInt64
        var isOrdered = false
    }

    // MARK: State

    let ballot: Ballot
    /// Its promises are of a quorum of the membership that governs after this slot (*LeaderIsPrepared*).
    let configurationSlot: Slot
    /// The first own slot: before it is decided there are no reads (P12).
    let leadSlot: Slot
    private var ownVoter: Int
    let logTimeAtLead: UInt64
    let leadAt: UInt64
    /// The log time of the newest own value, in milliseconds.
    private(set) var logTimeMilliseconds: UInt64
    /// Slots proposed and not yet decided; the base is the decided prefix.
    private(set) var open: SlotRing<OpenSlot>
    private(set) var openBytes = 0
    /// The newest slot that was assigned.
    private(set) var lastSlot: Slot
    private(set) var ownRuns = RingBuffer<OwnRun>()
    /// The highest decided mark that was sent to the followers.
    private(set) var announcedUpTo: Slot
    /// By place in the peer table.
    private(set) var flows: [FollowerFlow]
    /// Bytes proposed in this ballot up to and including each of the newest slots.
    private var totals: SlotRing<Int>
    private var totalAtBase = 0
    private var total = 0
    /// It saw a promise above its ballot: it counts no vote any more (P2).
    private(set) var isClosed = false
    /// A change of the membership waits for its slot, or is open: no other slot opens until it is decided (P23).
    private(set) var isSealed = false
    private let heartbeat: UInt64
    var handOver: HandOver?
    private let injectedBug: PaxosBug?

    init(
        ballot: Ballot, configurationSlot: Slot = .zero, decidedUpTo: Slot, leadSlot: Slot,
        ownVoter: Int, logTimeMilliseconds: UInt64,
        clock: TurnClock, peerCount: Int, heartbeat: UInt64, injectedBug: PaxosBug? = nil
    ) {
        self.injectedBug = injectedBug
        self.heartbeat = heartbeat
        self.configurationSlot = configurationSlot
        precondition(leadSlot > decidedUpTo, "Lead comes after all that is decided")
        self.ballot = ballot
        self.leadSlot = leadSlot
        self.ownVoter = ownVoter
        self.logTimeMilliseconds = logTimeMilliseconds
        logTimeAtLead = logTimeMilliseconds
        leadAt = clock.now
        open = SlotRing(base: decidedUpTo)
        lastSlot = decidedUpTo
        announcedUpTo = decidedUpTo
        let flow = FollowerFlow(
            acknowledgedUpTo: decidedUpTo, running: clock.running, heartbeat: heartbeat)
        flows = Array(repeating: flow, count: peerCount)
        totals = SlotRing(base: decidedUpTo)
    }

    // MARK: Inputs

    /// Takes the next slot for a value whose own record is in `box`; nil if the own acceptor is dead.
    mutating func open(_ value: Value, ownBox box: UInt64?, running: UInt64) -> Slot {
        let slot = lastSlot.next
        for peer in flows.indices where flows[peer].acknowledgedUpTo >= lastSlot {
            flows[peer].arm(running: running)
        }
        lastSlot = slot
        let bytes = value.byteCount
        open.set(slot, OpenSlot(value: value, bytes: bytes, openedAt: running))
        openBytes += bytes
        total += bytes
        totals.set(slot, total)
        while totals.span > Limits.followerSlotsMax, let oldest = totals.popFirst() {
            totalAtBase = oldest
        }
        if let box { noteOwn(slot, box: box) }
        return slot
    }

    /// The own acceptor's record of an open slot is in `box`. Slots of one box come in order, and those
    /// between them were accepted before.
    mutating func noteOwn(_ slot: Slot, box: UInt64) {
        if let newest = ownRuns.last, newest.box == box {
            ownRuns[ownRuns.count - 1] = OwnRun(box: box, first: newest.first, last: slot)
        } else {
            ownRuns.append(OwnRun(box: box, first: slot, last: slot))
        }
        if injectedBug == .ownVoteBeforeDurable { durable(box) }
    }

    /// The own acceptor has this open slot durably.
    mutating func countOwn(_ slot: Slot) { vote(slot, slot, voter: ownVoter, peer: nil) }

    /// The own acceptor is dead: what it was about to vote for does not count.
    mutating func forgetOwnVotes() { ownRuns.removeAll() }

    /// `PaxosBug.holeNotFilled`: nothing is proposed for the next slot.
    mutating func leaveHole() { lastSlot = lastSlot.next }

    /// Boxes up to this one are durable: the own votes in them count.
    mutating func durable(_ box: UInt64) {
        while let run = ownRuns.first, run.box <= box {
            ownRuns.popFirst()
            vote(run.first, run.last, voter: ownVoter, peer: nil)
        }
    }

    /// Phase 2b from a peer; `voter` is its place among the voters, nil if its vote does not count (P2).
    mutating func receive(
        _ accepted: Message.Accepted, voter: Int?, peer: Int, running: UInt64
    ) {
        guard accepted.ballot == ballot, accepted.last <= lastSlot else { return }
        vote(accepted.first, accepted.last, voter: voter, peer: peer)
        flows[peer].acknowledge(accepted.first, accepted.last, running: running)
    }

    /// The value of the next slot, if a quorum has it; the slot leaves the window.
    mutating func popDecided(by quorum: Quorum) -> Value? {
        guard !isClosed, let front = open[open.base.next], quorum.isPhase2(front.votes) else {
            return nil
        }
        open.popFirst()
        openBytes -= front.bytes
        return front.value
    }

    /// The learner knows by other means that the next slot is decided.
    mutating func passDecided() {
        guard !open.isEmpty, let front = open.popFirst() else { return }
        openBytes -= front.bytes
    }

    mutating func close() { isClosed = true }

    mutating func seal() { isSealed = true }

    mutating func unseal() { isSealed = false }

    /// Leads on under another membership, without asking its voters: what no leader may do, and the bugs of
    /// memberships that change do.
    mutating func goOn(ownVoter: Int, peerCount: Int, clock: TurnClock) {
        self.ownVoter = ownVoter
        let flow = FollowerFlow(
            acknowledgedUpTo: open.base, running: clock.running, heartbeat: heartbeat)
        flows = Array(repeating: flow, count: peerCount)
        isSealed = false
    }

    mutating func noteAnnounced(_ slot: Slot) { announcedUpTo = max(announcedUpTo, slot) }

    mutating func cut(_ peer: Int) { flows[peer].cut() }

    mutating func resume(_ peer: Int, running: UInt64) { flows[peer].resume(running: running) }

    /// A peer answers again after a silence: what it has not acknowledged is sent to it at once.
    mutating func hurry(_ peer: Int, running: UInt64) {
        if !flows[peer].isPulling { flows[peer].resume(running: running) }
    }

    /// A peer told its durable prefix: a peer that was cut off and has come near is streamed to again.
    mutating func noteDurable(
        _ slot: Slot, peer: Int, roundTrip: UInt64, bytesMax: Int, running: UInt64
    ) {
        flows[peer].roundTrip = roundTrip
        flows[peer].acknowledge(upTo: min(slot, lastSlot), running: running)
        guard flows[peer].isPulling, isNear(peer, bytesMax: bytesMax / 2) else { return }
        flows[peer].resume(running: running)
    }

    /// Whether this peer is to be sent a new slot now. One that is too far behind is cut off.
    mutating func mayStream(to peer: Int, bytesMax: Int) -> Bool {
        guard !flows[peer].isPulling else { return false }
        guard isNear(peer, bytesMax: bytesMax) else {
            flows[peer].cut()
            return false
        }
        return true
    }

    /// Open slots to send to a peer again now, oldest first, within `bytesMax` (but at least one).
    mutating func slotsToResend(to peer: Int, bytesMax: Int, running: UInt64) -> [Slot] {
        guard !flows[peer].isPulling, !open.isEmpty, running >= flows[peer].resendAt else {
            return []
        }
        var slots: [Slot] = []
        var bytes = 0
        var slot = open.base
        while slot < open.last {
            slot = slot.next
            guard let entry = open[slot], entry.acknowledged & (1 << UInt64(peer)) == 0 else {
                continue
            }
            bytes += entry.bytes
            if !slots.isEmpty && bytes > bytesMax { break }
            slots.append(slot)
        }
        if !slots.isEmpty { flows[peer].noteResent(running: running) }
        return slots
    }

    // MARK: Rules

    /// P26: never below what was stamped before, and as far after Lead as the monotonic clock says.
    mutating func stampLogTime(now: UInt64) -> UInt64 {
        let elapsed = now > leadAt ? now - leadAt : 0
        logTimeMilliseconds = max(logTimeMilliseconds, logTimeAtLead + elapsed)
        return logTimeMilliseconds
    }

    /// Nothing that it proposed is undecided.
    var isIdle: Bool { open.isEmpty }

    /// Whether the open slots fill the window.
    func isWindowFull(limits: Configuration) -> Bool {
        open.span >= limits.windowSlots || openBytes >= limits.windowBytes
    }

    /// Whether the next slot may open (P22); `isDue` if the log is idle or a batch is full.
    func mayOpen(isDue: Bool, unflushedBytes: Int, limits: Configuration) -> Bool {
        guard !isClosed, !isSealed, handOver == nil else { return false }
        if isIdle { return true }
        return isDue && !isWindowFull(limits: limits) && unflushedBytes < limits.unflushedBytes
    }

    /// Bytes proposed in this ballot after `slot`; everything if that is no longer known.
    func lag(after slot: Slot) -> Int {
        if slot >= lastSlot { return 0 }
        if slot == totals.base { return total - totalAtBase }
        guard let known = totals[slot] else { return Int.max }
        return total - known
    }

    /// A peer that has all that is decided is near, however much is open: else a window of large slots could
    /// cut off everybody, and never be decided.
    private func isNear(_ peer: Int, bytesMax: Int) -> Bool {
        let acknowledged = flows[peer].acknowledgedUpTo
        return acknowledged >= open.base || lag(after: acknowledged) <= bytesMax
    }

    private mutating func vote(_ first: Slot, _ last: Slot, voter: Int?, peer: Int?) {
        var slot = max(first, open.base.next)
        let end = min(last, open.last)
        while slot <= end {
            open.update(slot) { entry in
                if let voter { entry.votes.insert(voter) }
                if let peer { entry.acknowledged |= 1 << UInt64(peer) }
            }
            slot = slot.next
        }
    }
}
