internal import Basics
package import Paxos

/// The lower end of the log: which segments may go, and when (P30).
extension WriteAheadLog {
    /// The highest slot that may be truncated, if the store has all slots up to `slot` durably: that of the
    /// newest segment that is not needed for the log's tail; zero if none is to go. The current segment and one
    /// older stay: one bad sector must not take the only promise.
    package func truncatable(upTo slot: Slot) -> Slot {
        if options.injectedBug == .truncationTooEarly { return highestSlot }
        var last = Slot.zero
        var kept = indexes.reduce(0) { $0 + $1.usedBytes }
        for segment in indexes.dropLast(2) {
            kept -= segment.usedBytes
            let isPinned = pinnedAbove.map { segment.slots.high > $0 } ?? false
            guard segment.slots.high <= slot,
                kept >= (isPinned ? options.pinnedBytes : options.tailBytes)
            else { break }
            last = max(last, segment.slots.high)
        }
        return last
    }

    /// Slots above this one are kept longer, because a peer is about to need them; nil ends it.
    package func pin(above slot: Slot?) {
        if slot != nil { marks.hit(.pinned) }
        pinnedAbove = slot
    }

    /// Removes segments, oldest first, that hold only truncated slots. That they are is said by a durable state
    /// batch, with which everything else begins that they may have said: whoever reads the log at start knows it
    /// before it reads on. What is being read stays until it was. So does what was truncated by an earlier process,
    /// if the store is lost since and the log still has it.
    func removeTruncated() {
        while indexes.count > 2, indexes[0].slots.high <= min(openedTruncatedUpTo, storedUpTo) {
            let number = indexes[0].number
            guard reads.allSatisfy({ $0.value.firstSegment > number }) else {
                return marks.hit(.removalHeldByReader)
            }
            marks.hit(.segmentRemoved)
            indexes.removeFirst()
            disk.submit(.remove(segment: number), ticket: makeTicket())
        }
    }
}
