/// What is decided: the prefix that was handed out, a tail of it in memory for peers that lag, and decided
/// values above the prefix that wait for their predecessors.
///
/// Invariants: the prefix never falls; each slot is handed out once, in order; a watermark decides only what
/// was accepted in exactly its ballot (P9, *SameBallot*).
struct Learner: Sendable {
    /// "Up to here is decided, as far as accepted in exactly this ballot."
    struct Watermark: Equatable, Sendable {
        let ballot: Ballot
        let upTo: Slot
    }

    // MARK: State

    /// Every slot up to here is decided and was handed out.
    private(set) var decidedUpTo: Slot
    /// The newest decided values; the ring's base is below the oldest one kept.
    private(set) var tail: SlotRing<Value>
    private(set) var tailBytes = 0
    private let tailBytesMax: Int
    /// Decided values above the prefix.
    private(set) var waiting: SlotRing<Value>
    /// The watermark of the highest ballot that was heard.
    private(set) var watermark = Watermark(ballot: .zero, upTo: .zero)
    /// Watermarks to put into the log, oldest first: only slots accepted in their ballot stand behind them.
    private(set) var marks: [Watermark] = []
    /// The highest log time in any decided value, in milliseconds.
    private(set) var logTimeMilliseconds: UInt64
    private let injectedBug: PaxosBug?

    init(state: DurableState, tailBytes: Int, injectedBug: PaxosBug? = nil) {
        self.injectedBug = injectedBug
        decidedUpTo = state.decidedUpTo
        tail = SlotRing(base: state.decidedUpTo)
        tailBytesMax = tailBytes
        waiting = SlotRing(base: state.decidedUpTo)
        logTimeMilliseconds = state.logTimeMilliseconds
        for learned in state.learned where learned.slot > state.decidedUpTo {
            waiting.set(learned.slot, learned.value)
        }
    }

    // MARK: Inputs

    /// A leader said how far its decisions go. Lower ballots and lower marks say nothing new.
    mutating func note(_ heard: Watermark) {
        if heard.ballot > watermark.ballot {
            watermark = heard
        } else if heard.ballot == watermark.ballot && heard.upTo > watermark.upTo {
            watermark = heard
        }
    }

    /// The value of the next slot if it is decided by what is known here.
    func next(accepted: Acceptor.Entry?) -> (value: Value, ballot: Ballot?)? {
        if let value = waiting[decidedUpTo.next] { return (value, nil) }
        guard let accepted, watermark.upTo > decidedUpTo else { return nil }
        guard
            accepted.ballot == watermark.ballot || injectedBug == .olderBallotDecidedByWatermark
        else { return nil }
        return (accepted.value, accepted.ballot)
    }

    /// The next slot is decided. `ballot` is the one in which this replica accepted it, nil if it was fetched.
    mutating func decide(_ value: Value, acceptedIn ballot: Ballot?, into effects: inout Effects) {
        let slot = decidedUpTo.next
        decidedUpTo = slot
        waiting.drop(upTo: slot)
        if let ballot { mark(ballot, slot) }
        if let stamp = value.logTimeMilliseconds {
            logTimeMilliseconds = max(logTimeMilliseconds, stamp)
        }
        tail.set(slot, value)
        tailBytes += value.byteCount
        while tailBytes > tailBytesMax, let oldest = tail.popFirst() {
            tailBytes -= oldest.byteCount
        }
        effects.decided.append(DecidedValue(slot: slot, value: value))
    }

    /// A snapshot has every slot up to its own: what is known of them here is not needed any more.
    mutating func jump(to snapshot: InstalledSnapshot) {
        decidedUpTo = snapshot.slot
        tail = SlotRing(base: snapshot.slot)
        tailBytes = 0
        waiting.drop(upTo: snapshot.slot)
        logTimeMilliseconds = max(logTimeMilliseconds, snapshot.logTimeMilliseconds)
    }

    /// Puts the marks that the log does not know yet into the open box.
    mutating func logMarks(outbox: inout Outbox) {
        for mark in marks {
            outbox.append(.decided(ballot: mark.ballot, upTo: mark.upTo), bytes: 64)
        }
        marks.removeAll(keepingCapacity: true)
    }

    // MARK: Rules

    /// Decided values from `fromSlot` on that are in memory: at least one, and no more than `bytesMax` if
    /// more than one. Nil if the first is not in memory.
    func values(from fromSlot: Slot, bytesMax: Int) -> [Value]? {
        guard fromSlot > tail.base, fromSlot <= decidedUpTo else { return nil }
        var values: [Value] = []
        var bytes = 0
        var slot = fromSlot
        while let value = tail[slot] {
            bytes += value.byteCount
            if !values.isEmpty && bytes > bytesMax { break }
            values.append(value)
            slot = slot.next
        }
        return values
    }

    private mutating func mark(_ ballot: Ballot, _ slot: Slot) {
        let mark = Watermark(ballot: ballot, upTo: slot)
        if let newest = marks.last, newest.ballot == ballot {
            marks[marks.count - 1] = mark
        } else {
            // A mark is a hint that spares asking peers after a restart: too many, and the oldest goes.
            if marks.count == Limits.decidedMarksMax { marks.removeFirst() }
            marks.append(mark)
        }
    }
}
