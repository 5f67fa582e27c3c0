/// Elements by slot, above a base that only rises: a ring in one array, so that reaching a slot is a mask
/// and passing one is a store. Positions may be empty (accepts come out of order).
///
/// Invariants: `last` is `base`, or a slot above it that holds an element; storage is empty or a power of two
/// that is at least `last - base`.
struct SlotRing<Element: Sendable>: Sendable {
    private var storage: [Element?] = []
    /// Every slot up to here has been removed, or was never here.
    private(set) var base: Slot
    /// The highest slot that was ever set; `base` if all are removed.
    private(set) var last: Slot

    init(base: Slot) {
        self.base = base
        last = base
    }

    var isEmpty: Bool { last == base }

    /// The number of positions from the base to the last, empty ones included.
    var span: Int { Int(last.distance(after: base)) }

    private func position(_ slot: Slot) -> Int {
        Int(truncatingIfNeeded: slot.rawValue) & (storage.count - 1)
    }

    subscript(slot: Slot) -> Element? {
        guard slot > base && slot <= last else { return nil }
        return storage[position(slot)]
    }

    /// Sets the element of a slot above the base. Its distance to the base is the caller's to bound.
    mutating func set(_ slot: Slot, _ element: Element) {
        precondition(slot > base, "below the ring")
        let needed = Int(slot.distance(after: base))
        if needed > storage.count { grow(to: needed) }
        storage[position(slot)] = element
        if slot > last { last = slot }
    }

    /// Changes an element in place; nil if there is none.
    mutating func update<Result>(_ slot: Slot, _ body: (inout Element) -> Result) -> Result? {
        guard slot > base && slot <= last else { return nil }
        let index = position(slot)
        guard storage[index] != nil else { return nil }
        return body(&storage[index]!)
    }

    /// Raises the base by one and gives back what was there.
    @discardableResult
    mutating func popFirst() -> Element? {
        guard !isEmpty else {
            base = base.next
            last = base
            return nil
        }
        let index = position(base.next)
        let element = storage[index]
        storage[index] = nil
        base = base.next
        return element
    }

    /// Raises the base to `slot`, dropping everything up to it.
    mutating func drop(upTo slot: Slot) {
        while base < slot && !isEmpty { popFirst() }
        if base < slot {
            base = slot
            last = slot
        }
    }

    private mutating func grow(to needed: Int) {
        var capacity = max(16, storage.count)
        while capacity < needed { capacity *= 2 }
        var grown = [Element?](repeating: nil, count: capacity)
        var slot = base
        while slot < last {
            slot = slot.next
            grown[Int(truncatingIfNeeded: slot.rawValue) & (capacity - 1)] = storage[position(slot)]
        }
        storage = grown
    }
}
