/// Virtual time: actions in the order of their time, and of their scheduling where times are equal.
final class Timeline {
    private struct Event {
        let at: UInt64
        let number: UInt64
        let action: () -> Void

        func isBefore(_ other: Event) -> Bool { (at, number) < (other.at, other.number) }
    }

    private(set) var nowMicroseconds: UInt64 = 1_000_000
    private var heap: [Event] = []
    private var lastNumber: UInt64 = 0

    var nowMilliseconds: UInt64 { nowMicroseconds / 1000 }

    func after(_ microseconds: UInt64, _ action: @escaping () -> Void) {
        lastNumber += 1
        heap.append(Event(at: nowMicroseconds + microseconds, number: lastNumber, action: action))
        rise()
    }

    func run(milliseconds: UInt64) {
        let end = nowMicroseconds + milliseconds * 1000
        while let next = heap.first, next.at <= end { step() }
        nowMicroseconds = end
    }

    /// Runs until the condition holds, looked at every millisecond; false if it never did.
    func run(milliseconds: UInt64, until condition: () -> Bool) -> Bool {
        for _ in 0..<milliseconds {
            if condition() { return true }
            run(milliseconds: 1)
        }
        return condition()
    }

    private func step() {
        let event = heap[0]
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        sink()
        nowMicroseconds = max(nowMicroseconds, event.at)
        event.action()
    }

    private func rise() {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private func sink() {
        var parent = 0
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[first]) { first = child }
            guard first != parent else { return }
            heap.swapAt(first, parent)
            parent = first
        }
    }
}
