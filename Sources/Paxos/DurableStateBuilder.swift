/// Folds durable records, oldest first, into the state that a core is born from, and hands out the decided
/// values on the way, so that a long log is replayed without being held in memory.
///
/// A decided record obeys the rule of run time (P9): it decides slots that were accepted in exactly its
/// ballot, in order, up to the first that was not. An accepted value of any other ballot stays undecided,
/// whatever mark stands behind it: peers are asked.
public struct DurableStateBuilder: Sendable {
    private var promised = Ballot.zero
    private var truncatedUpTo = Slot.zero
    private var accepted: SlotRing<AcceptedValue>
    private var learned: SlotRing<Value>
    private var configurationSlot: Slot
    private var membership: Membership
    /// Configurations of slots that are not known to be decided yet: they do not govern (P23).
    private var coming: [GoverningMembership] = []
    private var logTimeMilliseconds: UInt64
    private let decidesOlderBallots: Bool
    /// Which of the slots that the caller's state has could be read from these records.
    private var proof: DecisionProof
    /// The caller's state stands here, if it applies what is handed out.
    private var appliedUpTo: Slot
    /// Every slot up to here is decided, and was handed out or applied before.
    public private(set) var decidedUpTo: Slot

    /// - Parameters:
    ///   - membership: what governs after `appliedUpTo`, as far as the caller's state says.
    ///   - configurationSlot: the slot that decided it.
    ///   - appliedUpTo: the slot up to which the caller's state stands already, applied from another source
    ///     than these records; decided values up to it are not handed out.
    ///   - logTimeMilliseconds: the log time of that state.
    ///   - decidesOlderBallots: breaks the rule above on purpose, for tests of those who check it.
    public init(
        membership: Membership, configurationSlot: Slot = .zero, appliedUpTo: Slot = .zero,
        logTimeMilliseconds: UInt64 = 0, decidesOlderBallots: Bool = false
    ) {
        precondition(configurationSlot <= appliedUpTo, "a membership governs when it is decided")
        self.configurationSlot = configurationSlot
        self.decidesOlderBallots = decidesOlderBallots
        self.membership = membership
        self.logTimeMilliseconds = logTimeMilliseconds
        proof = DecisionProof(upTo: appliedUpTo, decidesOlderBallots: decidesOlderBallots)
        self.appliedUpTo = appliedUpTo
        decidedUpTo = appliedUpTo
        accepted = SlotRing(base: appliedUpTo)
        learned = SlotRing(base: appliedUpTo)
    }

    /// Takes the next record. `decided` gets each slot that is now known to be decided, in order; no more
    /// once slots are missing.
    public mutating func fold(_ record: DurableRecord, decided: (DecidedValue) -> Void) {
        proof.note(record)
        switch record {
        case .promised(let ballot):
            promised = max(promised, ballot)
        case .accepted(let value):
            fold(value)
        case .decided(let ballot, let upTo):
            advance(ballot: ballot, upTo: upTo, decided: decided)
        case .learned(let slot, let value):
            noteTime(of: value)
            if slot > decidedUpTo { learned.set(slot, value) }
            advance(ballot: .zero, upTo: .zero, decided: decided)
        case .truncated(let upTo):
            truncatedUpTo = max(truncatedUpTo, upTo)
            if upTo > decidedUpTo { move(to: upTo) }
            advance(ballot: .zero, upTo: .zero, decided: decided)
        case .configuration(let slot, let membership):
            coming.append(GoverningMembership(slot: slot, membership: membership))
            govern()
        case .heard:
            break
        }
    }

    /// What all records folded so far come to.
    public func state() -> DurableState {
        var state = DurableState(membership: membership)
        state.promised = promised
        state.decidedUpTo = decidedUpTo
        state.truncatedUpTo = max(truncatedUpTo, proof.unprovenUpTo)
        state.lacksBase = appliedUpTo < decidedUpTo
        state.configurationSlot = configurationSlot
        state.logTimeMilliseconds = logTimeMilliseconds
        var slot = decidedUpTo
        while slot < max(accepted.last, learned.last) {
            slot = slot.next
            if let value = accepted[slot] { state.accepted.append(value) }
            if let value = learned[slot] {
                state.learned.append(DecidedValue(slot: slot, value: value))
            }
        }
        return state
    }

    private mutating func fold(_ value: AcceptedValue) {
        promised = max(promised, value.ballot)
        noteTime(of: value.value)
        guard value.slot > decidedUpTo else { return }
        if let known = accepted[value.slot], known.ballot > value.ballot { return }
        accepted.set(value.slot, value)
    }

    private mutating func advance(ballot: Ballot, upTo: Slot, decided: (DecidedValue) -> Void) {
        while true {
            let slot = decidedUpTo.next
            let value: Value
            if let known = learned[slot] {
                value = known
            } else if slot <= upTo, let known = accepted[slot],
                known.ballot == ballot || decidesOlderBallots
            {
                value = known.value
            } else {
                return
            }
            if case .membership(let next) = value {
                coming.append(GoverningMembership(slot: slot, membership: next))
            }
            move(to: slot)
            guard slot == appliedUpTo.next else { continue }
            appliedUpTo = slot
            decided(DecidedValue(slot: slot, value: value))
        }
    }

    private mutating func move(to slot: Slot) {
        decidedUpTo = slot
        accepted.drop(upTo: slot)
        learned.drop(upTo: slot)
        if !coming.isEmpty { govern() }
    }

    /// The newest configuration whose slot is decided governs.
    private mutating func govern() {
        for known in coming where known.slot <= decidedUpTo && known.slot >= configurationSlot {
            configurationSlot = known.slot
            membership = known.membership
        }
        coming.removeAll { $0.slot <= decidedUpTo }
    }

    private mutating func noteTime(of value: Value) {
        guard let stamp = value.logTimeMilliseconds else { return }
        logTimeMilliseconds = max(logTimeMilliseconds, stamp)
    }
}
