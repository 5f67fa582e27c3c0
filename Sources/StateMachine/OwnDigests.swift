/// The digests of this replica's state after certain slots, newest last, to compare with what a majority
/// reports.
package struct OwnDigests {
    /// The state after a slot.
    package struct Entry: Equatable {
        package let slot: UInt64
        package let digest: UInt64
    }

    private var entries: [Entry] = []
    /// A slot of which a majority reported another digest than this replica had: its state is wrong.
    package internal(set) var wrongSlot: UInt64?

    /// The newest one; nil before the first.
    package var newest: Entry? { entries.last }

    mutating func note(_ slot: UInt64, _ digest: UInt64) {
        if entries.count == Limits.digestSlotsKept { entries.removeFirst() }
        entries.append(Entry(slot: slot, digest: digest))
    }

    /// Nil for a slot that was too long ago, or had none.
    func digest(of slot: UInt64) -> UInt64? { entries.first { $0.slot == slot }?.digest }
}
