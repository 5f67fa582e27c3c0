package import Paxos

/// What a log must know of the state that its owner has beside it.
package struct StoreState: Equatable, Sendable {
    /// The state has every slot up to here, durably.
    package var appliedUpTo = Slot.zero
    /// What governs after it; nil if the store does not know.
    package var governing: GoverningMembership?
    /// Its log time, in milliseconds.
    package var logTimeMilliseconds: UInt64 = 0

    package init(
        appliedUpTo: Slot = .zero, governing: GoverningMembership? = nil,
        logTimeMilliseconds: UInt64 = 0
    ) {
        self.appliedUpTo = appliedUpTo
        self.governing = governing
        self.logTimeMilliseconds = logTimeMilliseconds
    }
}
