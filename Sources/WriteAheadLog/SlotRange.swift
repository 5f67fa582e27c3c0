package import Paxos

/// The lowest and highest slot of some values; zero and zero if there are none.
package struct SlotRange: Equatable, Sendable {
    package private(set) var low: Slot
    package private(set) var high: Slot

    package init(low: Slot = .zero, high: Slot = .zero) {
        self.low = low
        self.high = high
    }

    package var isEmpty: Bool { high == .zero }

    package mutating func include(_ slot: Slot) {
        low = isEmpty ? slot : min(low, slot)
        high = max(high, slot)
    }

    package mutating func include(_ other: SlotRange) {
        guard !other.isEmpty else { return }
        include(other.low)
        include(other.high)
    }

    package func intersects(_ first: Slot, _ last: Slot) -> Bool {
        !isEmpty && low <= last && high >= first
    }
}
