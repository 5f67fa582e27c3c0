internal import Paxos

/// Slots whose keys are being fetched since their values were accepted: apply waits for those keys, and does not ask
/// for them again (P38).
struct SlotFetches {
    /// How many fetches are under way; asked by its key only. It has an entry for a fetch at most, and the base bounds
    /// those.
    private var counts: [Slot: Int] = [:]
    /// The slot that apply waits for.
    private var awaited: Slot?

    mutating func begin(_ slot: Slot) { counts[slot, default: 0] += 1 }

    /// - Returns: whether apply has waited for this one.
    mutating func end(_ slot: Slot) -> Bool {
        guard let count = counts[slot] else {
            preconditionFailure("a fetch ended that never began")
        }
        counts[slot] = count > 1 ? count - 1 : nil
        guard count == 1, awaited == slot else { return false }
        awaited = nil
        return true
    }

    /// Waits for what is being fetched for `slot`.
    ///
    /// - Returns: false if nothing is.
    mutating func await(_ slot: Slot) -> Bool {
        guard counts[slot] != nil else { return false }
        awaited = slot
        return true
    }
}
