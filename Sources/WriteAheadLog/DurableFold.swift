package import Paxos

/// Folds a group's records, oldest first, into what a core is born from, and hands decided values out in
/// slot order as soon as they are known. A pure function with a memory: only undecided values are kept.
package struct DurableFold {
    private var promised = Ballot.zero
    private var decidedUpTo: Slot
    private var truncatedUpTo = Slot.zero
    private var accepted = SlotQueue<AcceptedValue>()
    private var learned = SlotQueue<Value>()
    private var configuration: (slot: Slot, membership: Membership)?
    private var logTimeMilliseconds: UInt64 = 0
    /// Set if truncated slots were neither below the floor nor handed out.
    package private(set) var missingUpTo: Slot?

    /// Slots up to `floor` are applied already and are not handed out.
    package init(floor: Slot) { decidedUpTo = floor }

    /// Takes one record; decided values that become known by it go to `deliver`.
    package mutating func fold(_ record: DurableRecord, deliver: (DecidedValue) -> Void) {
        switch record {
        case .promised(let ballot):
            promised = max(promised, ballot)
        case .accepted(let value):
            promised = max(promised, value.ballot)
            noteTime(value.value)
            guard value.slot > decidedUpTo else { return }
            accepted.set(value.slot, value) { $0.ballot <= value.ballot }
        case .decided(let ballot, let upTo):
            foldDecided(ballot, upTo: upTo, deliver: deliver)
        case .learned(let slot, let value):
            noteTime(value)
            guard slot > decidedUpTo else { return }
            learned.set(slot, value) { _ in true }
            deliverLearned(deliver)
        case .truncated(let upTo):
            foldTruncated(upTo)
            deliverLearned(deliver)
        case .configuration(let slot, let membership):
            if slot >= configuration?.slot ?? .zero { configuration = (slot, membership) }
        case .heard:
            break
        }
    }

    /// The sum so far.
    package var state: DurableState {
        var state = DurableState(membership: configuration?.membership ?? Membership(seats: []))
        state.promised = promised
        state.decidedUpTo = decidedUpTo
        state.truncatedUpTo = truncatedUpTo
        state.accepted = accepted.all.map(\.element)
        state.learned = learned.all.map { DecidedValue(slot: $0.slot, value: $0.element) }
        state.configurationSlot = configuration?.slot ?? .zero
        state.logTimeMilliseconds = logTimeMilliseconds
        return state
    }

    /// A watermark decides only what was accepted in exactly its ballot, up to the first slot that was
    /// not; of other slots it says nothing.
    private mutating func foldDecided(
        _ ballot: Ballot, upTo: Slot, deliver: (DecidedValue) -> Void
    ) {
        while decidedUpTo < upTo {
            deliverLearned(deliver)
            let slot = decidedUpTo.next
            guard slot <= upTo,
                let value = accepted.takeFirst(slot, where: { $0.ballot == ballot })
            else { return }
            decidedUpTo = slot
            deliver(DecidedValue(slot: slot, value: value.value))
        }
        deliverLearned(deliver)
    }

    private mutating func deliverLearned(_ deliver: (DecidedValue) -> Void) {
        while let value = learned.takeFirst(decidedUpTo.next, where: { _ in true }) {
            decidedUpTo = decidedUpTo.next
            accepted.removeAll(upTo: decidedUpTo)
            deliver(DecidedValue(slot: decidedUpTo, value: value))
        }
    }

    private mutating func foldTruncated(_ upTo: Slot) {
        truncatedUpTo = max(truncatedUpTo, upTo)
        guard upTo > decidedUpTo else { return }
        missingUpTo = max(missingUpTo ?? .zero, upTo)
        decidedUpTo = upTo
        accepted.removeAll(upTo: upTo)
        learned.removeAll(upTo: upTo)
    }

    private mutating func noteTime(_ value: Value) {
        switch value {
        case .lead(let lead):
            logTimeMilliseconds = max(logTimeMilliseconds, lead.logTimeMilliseconds)
        case .batch(let batch):
            logTimeMilliseconds = max(logTimeMilliseconds, batch.logTimeMilliseconds)
        case .noOperation, .membership, .reference: break
        }
    }
}
