/// Actions in the order of their time, and of their scheduling where times are equal.
///
/// A value, so that the many steps within its heap are one access of whoever owns it.
struct EventQueue {
    /// Small and trivial, so that the heap moves words only; the action lies in `actions`.
    private struct Event {
        let at: UInt64
        let number: UInt64
        let place: Int

        func isBefore(_ other: Event) -> Bool {
            at != other.at ? at < other.at : number < other.number
        }
    }

    private var heap: [Event] = []
    private var actions: [(() -> Void)?] = []
    private var freePlaces: [Int] = []
    /// How many actions were ever inserted.
    private(set) var insertedCount: UInt64 = 0

    mutating func insert(at moment: UInt64, _ action: @escaping () -> Void) {
        insertedCount += 1
        let event = Event(at: moment, number: insertedCount, place: keep(action))
        heap.append(event)
        heap.withUnsafeMutableBufferPointer { Self.rise(event, in: $0) }
    }

    /// Takes the first action out, if its time is not after `limit`.
    mutating func popFirst(until limit: UInt64) -> (at: UInt64, action: () -> Void)? {
        guard let event = heap.first, event.at <= limit else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty { heap.withUnsafeMutableBufferPointer { Self.sink(last, in: $0) } }
        guard let action = actions[event.place] else {
            preconditionFailure("an event has its action until it is taken")
        }
        actions[event.place] = nil
        freePlaces.append(event.place)
        return (event.at, action)
    }

    private mutating func keep(_ action: @escaping () -> Void) -> Int {
        if let place = freePlaces.popLast() {
            actions[place] = action
            return place
        }
        actions.append(action)
        return actions.count - 1
    }

    /// Moves the newest event up to its place.
    private static func rise(_ event: Event, in heap: UnsafeMutableBufferPointer<Event>) {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard event.isBefore(heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = event
    }

    /// Puts `event` into the place of the first one, and from there down to its own.
    private static func sink(_ event: Event, in heap: UnsafeMutableBufferPointer<Event>) {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(event) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = event
    }
}
