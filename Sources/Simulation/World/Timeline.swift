/// Virtual time: actions in the order of their time, and of their scheduling where times are equal.
package final class Timeline {
    /// Small and trivial, so that the heap moves words only; the action lies in `actions`.
    private struct Event {
        let at: UInt64
        let number: UInt64
        let place: Int

        func isBefore(_ other: Event) -> Bool {
            at != other.at ? at < other.at : number < other.number
        }
    }

    /// Since a moment before everything; never 0.
    package private(set) var nowMicroseconds: UInt64 = 1_000_000
    private var heap: [Event] = []
    private var actions: [(() -> Void)?] = []
    private var freePlaces: [Int] = []
    /// How many actions were scheduled.
    package private(set) var eventCount: UInt64 = 0

    package init() {}

    package var nowMilliseconds: UInt64 { nowMicroseconds / 1000 }
    package var nowNanoseconds: UInt64 { nowMicroseconds * 1000 }

    /// Runs `action` when so much time has passed.
    package func after(_ microseconds: UInt64, _ action: @escaping () -> Void) {
        eventCount += 1
        let place = keep(action)
        heap.append(Event(at: nowMicroseconds + microseconds, number: eventCount, place: place))
        rise()
    }

    /// Lets so much time pass.
    package func run(milliseconds: UInt64) { run(milliseconds: milliseconds) { false } }

    /// Lets time pass until the condition holds, looked at every millisecond; false if it never did.
    @discardableResult
    package func run(milliseconds: UInt64, until condition: () -> Bool) -> Bool {
        for _ in 0..<milliseconds {
            if condition() { return true }
            let end = nowMicroseconds + 1000
            while let next = heap.first, next.at <= end { step() }
            nowMicroseconds = end
        }
        return condition()
    }

    private func keep(_ action: @escaping () -> Void) -> Int {
        if let place = freePlaces.popLast() {
            actions[place] = action
            return place
        }
        actions.append(action)
        return actions.count - 1
    }

    private func step() {
        let event = heap[0]
        let last = heap.removeLast()
        if !heap.isEmpty { sink(last) }
        nowMicroseconds = max(nowMicroseconds, event.at)
        let action = actions[event.place]
        actions[event.place] = nil
        freePlaces.append(event.place)
        action?()
    }

    /// Moves the newest event to its place.
    private func rise() {
        var child = heap.count - 1
        let event = heap[child]
        while child > 0 {
            let parent = (child - 1) / 2
            guard event.isBefore(heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = event
    }

    /// Puts `event` into the place of the first one.
    private func sink(_ event: Event) {
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
