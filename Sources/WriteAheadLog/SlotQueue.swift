internal import Paxos

/// Things by slot, in slot order: nearly always appended at the end and taken from the front.
struct SlotQueue<Element> {
    private var elements: [(slot: Slot, element: Element)?] = []
    private var head = 0

    var first: (slot: Slot, element: Element)? { head < elements.count ? elements[head] : nil }

    var all: [(slot: Slot, element: Element)] { elements[head...].compactMap { $0 } }

    /// Inserts or replaces; `replaces` says whether the new one wins over the old one.
    mutating func set(_ slot: Slot, _ element: Element, replaces: (Element) -> Bool) {
        guard let last = elements.last, head < elements.count, let last, slot <= last.slot else {
            elements.append((slot, element))
            return
        }
        let index = position(of: slot)
        if let held = elements[index], held.slot == slot {
            if replaces(held.element) { elements[index] = (slot, element) }
        } else {
            elements.insert((slot, element), at: index)
        }
    }

    /// Takes the first one if it is of `slot` and `condition` holds.
    mutating func takeFirst(_ slot: Slot, where condition: (Element) -> Bool) -> Element? {
        guard let first, first.slot == slot, condition(first.element) else { return nil }
        dropFirst()
        return first.element
    }

    mutating func removeAll(upTo slot: Slot) {
        while let first, first.slot <= slot { dropFirst() }
    }

    private mutating func dropFirst() {
        elements[head] = nil
        head += 1
        guard head >= 1024, head * 2 >= elements.count else { return }
        elements.removeFirst(head)
        head = 0
    }

    /// The first index at or after `head` whose slot is not below `slot`.
    private func position(of slot: Slot) -> Int {
        var low = head
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if let held = elements[middle], held.slot < slot {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
