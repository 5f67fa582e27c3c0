internal import Basics
internal import Paxos

/// Decided slots that wait to be applied, in order and without gaps. Memory has those that come next and the newest
/// ones; what is in between and durable is let go of when it becomes too much, and read back from the log.
///
/// front | left to the log | recent
struct DecidedQueue {
    /// How much the front, and how much the recent ones, may take before they are left to the log.
    private let bytesMax: Int
    private var front = Part()
    /// These slots are durable in the log, and not in memory.
    private var logged: (from: Slot, upTo: Slot)?
    private var recent = Part()
    /// Such slots are being read back.
    private var isReading = false

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var isEmpty: Bool { front.isEmpty && logged == nil && recent.isEmpty }

    /// The next slot to be applied; nil if there is none, or if it has to be read back before.
    var first: DecidedValue? { front.values.first }

    /// The newest slot that waits.
    var last: Slot? {
        recent.values.last?.slot ?? logged?.upTo ?? front.values.last?.slot
    }

    /// Bytes of the values that are in memory.
    var byteCount: Int { front.byteCount + recent.byteCount }

    mutating func append(_ decided: DecidedValue) {
        precondition(last.map { decided.slot == $0.next } ?? true, "slots are decided in order")
        let fits = front.isEmpty || front.byteCount + decided.value.byteCount <= bytesMax
        if logged == nil, recent.isEmpty, fits {
            front.append(decided)
        } else {
            recent.append(decided)
        }
    }

    mutating func popFirst() {
        front.popFirst()
        if front.isEmpty, logged == nil { swap(&front, &recent) }
    }

    mutating func removeAll() {
        (front, recent, logged) = (Part(), Part(), nil)
    }

    /// A snapshot has brought these slots.
    mutating func drop(upTo slot: Slot) {
        front.drop(upTo: slot)
        recent.drop(upTo: slot)
        if let range = logged, range.from <= slot {
            logged = range.upTo <= slot ? nil : (slot.next, range.upTo)
        }
        if front.isEmpty, logged == nil { swap(&front, &recent) }
    }

    /// Leaves to the log what is too much.
    ///
    /// - Parameter durableUpTo: the decided values of the slots up to this one are durable in the log.
    /// - Returns: whether there was something to let go of.
    mutating func letGo(durableUpTo: Slot) -> Bool {
        var count = 0
        while recent.byteCount > bytesMax, let oldest = recent.values.first,
            oldest.slot <= durableUpTo
        {
            recent.popFirst()
            logged = (logged?.from ?? oldest.slot, oldest.slot)
            count += 1
        }
        return count > 0
    }

    /// The slots to be read back now; nil if there are none, or if memory has enough. `take` has to follow.
    mutating func beginReading() -> (from: Slot, upTo: Slot)? {
        guard let logged, !isReading, front.byteCount <= bytesMax / 2 else { return nil }
        isReading = true
        return logged
    }

    /// Takes in the values of consecutive slots that were read back: those of them that are still wanted.
    ///
    /// - Returns: whether the first one was.
    mutating func take(_ values: [Value], from first: Slot) -> Bool {
        isReading = false
        let isWanted = logged?.from == first
        var slot = first
        for value in values {
            guard let range = logged, slot <= range.upTo else { break }
            if slot == range.from {
                front.append(DecidedValue(slot: slot, value: value))
                logged = slot == range.upTo ? nil : (slot.next, range.upTo)
            }
            slot = slot.next
        }
        if front.isEmpty, logged == nil { swap(&front, &recent) }
        return isWanted
    }

    /// Some slots and what their values add up to.
    private struct Part {
        private(set) var values = RingBuffer<DecidedValue>(capacity: 64)
        private(set) var byteCount = 0
        var isEmpty: Bool { values.isEmpty }

        mutating func append(_ decided: DecidedValue) {
            byteCount += decided.value.byteCount
            values.append(decided)
        }

        mutating func popFirst() {
            guard let decided = values.popFirst() else { return }
            byteCount -= decided.value.byteCount
        }

        mutating func drop(upTo slot: Slot) {
            while let first = values.first, first.slot <= slot { popFirst() }
        }
    }
}
