internal import Basics

/// The memory of the group: what this replica promised and accepted. It obeys every well-formed Prepare and
/// Accept; who counts is the proposer's business (P2).
///
/// Invariants: `promised` never falls; no accepted ballot is above it (*PromiseCoversAccepted*); the values
/// kept are those above the decided prefix (*AcceptedAbovePrefix*). Memory may run ahead of the disk, the
/// messages may not: they go through the `Outbox`, behind their records.
struct Acceptor: Sendable {
    struct Entry: Sendable {
        let ballot: Ballot
        let value: Value
        let bytes: Int
        /// The box with the record: the entry is durable when that box is.
        let box: UInt64
    }

    enum AcceptOutcome: Equatable {
        /// Accepted now, or before in the same ballot: an Accepted is on its way.
        case accepted
        /// Too low a ballot: a Reject has left.
        case rejected
        /// Not answered: no room, or a kind of value that this version must not vote for.
        case ignored
        /// The same ballot came with two values (P3): the process must stop.
        case conflict
    }

    struct Mark: Sendable {
        let box: UInt64
        let slot: Slot
    }

    // MARK: State

    private(set) var promised: Ballot
    /// The promise that came from disk, at birth or at a revival. A Prepare of that very ballot is not
    /// answered again: a second answer, cut into other chunks, could be mixed up with the first one of an
    /// earlier life.
    private(set) var promisedAtBirth: Ballot
    /// Accepted values above the decided prefix, which is the ring's base.
    private(set) var values: SlotRing<Entry>
    private(set) var valueBytes = 0
    /// When which part of the decided prefix becomes durable here, in order.
    private(set) var prefixMarks = RingBuffer<Mark>()
    private(set) var durablePrefix: Slot
    /// The decided prefix whose decided values are durable: an accepted value may be an older ballot's.
    private var durableDecided: Slot
    /// The rare things that it noticed.
    private(set) var marks = MarkCounter<PaxosMark>()
    private let injectedBug: PaxosBug?

    init(state: DurableState, injectedBug: PaxosBug? = nil) {
        self.injectedBug = injectedBug
        promised = state.promised
        promisedAtBirth = state.promised
        values = SlotRing(base: state.decidedUpTo)
        durablePrefix = state.decidedUpTo
        durableDecided = state.decidedUpTo
        for accepted in state.accepted where accepted.slot > state.decidedUpTo {
            keep(accepted.slot, accepted.ballot, accepted.value, box: 0)
        }
    }

    // MARK: Inputs

    /// Phase 1 at home: the promise goes into the open box, whose number comes back.
    mutating func promiseOwn(_ ballot: Ballot, outbox: inout Outbox) -> UInt64 {
        precondition(ballot > promised, "a candidate's ballot is above its own promise")
        raise(to: ballot, outbox: &outbox)
        return outbox.openBox
    }

    /// Phase 1b. Gives back whether it promised.
    mutating func receive(
        _ prepare: Message.Prepare, from sender: ReplicaID, knowsLiveLeader: Bool, chunkBytes: Int,
        outbox: inout Outbox, into effects: inout Effects
    ) -> Bool {
        guard prepare.ballot >= promised else {
            marks.hit(.prepareRejected)
            reject(prepare.ballot, to: sender, knowsLiveLeader: knowsLiveLeader, into: &effects)
            return false
        }
        if prepare.ballot == promisedAtBirth {
            marks.hit(.prepareOfEarlierLifeIgnored)
            return false
        }
        if prepare.ballot > promised {
            raise(to: prepare.ballot, outbox: &outbox)
        } else {
            marks.hit(.prepareAnsweredAgain)
        }
        let chunks = promiseChunks(to: prepare, chunkBytes: chunkBytes)
        if chunks.count > 1 { marks.hit(.promiseInChunks) }
        for chunk in chunks { outbox.sendWhenDurable(to: sender, .promise(chunk)) }
        return true
    }

    /// Phase 2b.
    mutating func receive(
        _ accept: Message.Accept, from sender: ReplicaID, knowsLiveLeader: Bool,
        outbox: inout Outbox, into effects: inout Effects
    ) -> AcceptOutcome {
        guard accept.ballot >= promised || injectedBug == .acceptBelowPromise else {
            marks.hit(.acceptRejected)
            reject(accept.ballot, to: sender, knowsLiveLeader: knowsLiveLeader, into: &effects)
            return .rejected
        }
        guard hasRoom(for: accept.slot), accept.slot > .zero else { return .ignored }
        if case .reference = accept.value { return .ignored }
        if let known = values[accept.slot], known.ballot == accept.ballot {
            if known.value != accept.value { return .conflict }
            marks.hit(.acceptRepeated)
        } else {
            if accept.ballot > promised {
                marks.hit(.acceptRaisedPromise)
                raise(to: accept.ballot, outbox: &outbox)
            }
            // A decided slot needs no record: any later Prepare is told that it is decided, and any later
            // ballot proposes the same value.
            if accept.slot > values.base {
                note(accept)
                record(accept.slot, accept.ballot, accept.value, outbox: &outbox)
            } else {
                marks.hit(.acceptOfDecidedSlot)
            }
        }
        let answer = Message.Accepted(
            ballot: accept.ballot, first: accept.slot, last: accept.slot)
        outbox.sendWhenDurable(to: sender, .accepted(answer))
        return .accepted
    }

    /// The leader's own accept: recorded in the open box; its vote counts when that box is durable.
    mutating func acceptOwn(_ slot: Slot, _ ballot: Ballot, _ value: Value, outbox: inout Outbox) {
        precondition(ballot == promised, "a leader accepts in the ballot it promised")
        precondition(slot > values.base, "a leader proposes above the decided prefix")
        record(slot, ballot, value, outbox: &outbox)
    }

    /// The learner's prefix moved over the next slot, whose record (accepted or learned) is in `box`, or in
    /// the box of the accepted value if nil.
    mutating func pass(learnedInBox box: UInt64?) {
        let entry = values.popFirst()
        if let entry { valueBytes -= entry.bytes }
        let mark = Mark(
            box: max(box ?? entry?.box ?? 0, prefixMarks.last?.box ?? 0), slot: values.base)
        if let newest = prefixMarks.last, newest.box == mark.box {
            prefixMarks[prefixMarks.count - 1] = mark
        } else {
            prefixMarks.append(mark)
        }
    }

    /// Every slot up to here is decided, and in a snapshot. The record that says so is in `box`.
    mutating func jump(to slot: Slot, box: UInt64) {
        while values.base < slot, !values.isEmpty {
            if let entry = values.popFirst() { valueBytes -= entry.bytes }
        }
        values.drop(upTo: slot)
        prefixMarks.append(Mark(box: box, slot: values.base))
        if injectedBug == .promiseLostByInstall { promised = .zero }
    }

    // MARK: Death and revival

    /// Back from a death after which all its records have become durable: what it holds is what a restart
    /// would recover, and it is as careful.
    mutating func recover() { promisedAtBirth = promised }

    /// Back with nothing, as no acceptor may be.
    mutating func forgetEverything() {
        promised = .zero
        promisedAtBirth = .zero
        values = SlotRing(base: values.base)
        valueBytes = 0
    }

    // MARK: Rules

    /// The contiguous prefix of accepted or decided slots that is durable here.
    mutating func durableUpTo(durableBox: UInt64) -> Slot {
        passMarks(durableBox)
        guard prefixMarks.isEmpty else { return durablePrefix }
        durablePrefix = max(durablePrefix, values.base)
        while let entry = values[durablePrefix.next], entry.box <= durableBox {
            durablePrefix = durablePrefix.next
        }
        return durablePrefix
    }

    /// The prefix of decided slots whose decided values are durable here.
    mutating func durableDecidedUpTo(durableBox: UInt64) -> Slot {
        passMarks(durableBox)
        return durableDecided
    }

    private mutating func passMarks(_ durableBox: UInt64) {
        while let mark = prefixMarks.first, mark.box <= durableBox {
            durablePrefix = max(durablePrefix, mark.slot)
            durableDecided = mark.slot
            prefixMarks.popFirst()
        }
    }

    /// What this replica accepted from `prepare.fromSlot` on, in chunks; at least one, the last one marked.
    func promiseChunks(to prepare: Message.Prepare, chunkBytes: Int) -> [Message.Promise] {
        var chunks: [[AcceptedValue]] = [[]]
        var bytes = 0
        var slot = max(values.base, prepare.fromSlot > .zero ? prepare.fromSlot.previous : .zero)
        while slot < values.last {
            slot = slot.next
            guard let entry = values[slot] else { continue }
            if bytes > 0 && bytes + entry.bytes > chunkBytes {
                chunks.append([])
                bytes = 0
            }
            bytes += entry.bytes
            chunks[chunks.count - 1].append(
                AcceptedValue(slot: slot, ballot: entry.ballot, value: entry.value))
        }
        return chunks.indices.map { index in
            Message.Promise(
                ballot: prepare.ballot, fromSlot: prepare.fromSlot, truncatedUpTo: values.base,
                decidedUpTo: values.base, highestAccepted: values.last, chunk: UInt32(index),
                isLast: index == chunks.count - 1, values: chunks[index])
        }
    }

    /// Marks what is rare about a slot that is being accepted.
    private mutating func note(_ accept: Message.Accept) {
        if accept.slot <= values.last {
            marks.hit(values[accept.slot] == nil ? .acceptOutOfOrder : .acceptReplaced)
        } else if accept.slot > values.last.next {
            marks.hit(.acceptOutOfOrder)
        }
    }

    private func hasRoom(for slot: Slot) -> Bool {
        if slot <= values.base.next || values[slot] != nil { return true }
        return slot.distance(after: values.base) <= Limits.acceptedSlotsMax
            && valueBytes < Limits.acceptedBytesMax
    }

    private func reject(
        _ ballot: Ballot, to sender: ReplicaID, knowsLiveLeader: Bool, into effects: inout Effects
    ) {
        let answer = Message.Reject(
            ballot: ballot, promised: promised, knowsLiveLeader: knowsLiveLeader)
        effects.messages.append(Effects.Outbound(to: sender, .reject(answer)))
    }

    private mutating func raise(to ballot: Ballot, outbox: inout Outbox) {
        promised = ballot
        if injectedBug == .promiseNotPersisted { return }
        outbox.append(.promised(ballot), bytes: 64)
    }

    private mutating func record(
        _ slot: Slot, _ ballot: Ballot, _ value: Value, outbox: inout Outbox
    ) {
        let accepted = AcceptedValue(slot: slot, ballot: ballot, value: value)
        if injectedBug != .acceptNotPersisted {
            outbox.append(.accepted(accepted), bytes: value.byteCount)
        }
        keep(slot, ballot, value, box: outbox.openBox)
    }

    private mutating func keep(_ slot: Slot, _ ballot: Ballot, _ value: Value, box: UInt64) {
        if let old = values[slot] { valueBytes -= old.bytes }
        let bytes = value.byteCount
        valueBytes += bytes
        values.set(slot, Entry(ballot: ballot, value: value, bytes: bytes, box: box))
    }
}
