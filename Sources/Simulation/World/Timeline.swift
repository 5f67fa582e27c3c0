/// Virtual time: actions in the order of their time, and of their scheduling where times are equal.
package final class Timeline {
    /// Since a moment before everything; never 0.
    package private(set) var nowMicroseconds: UInt64 = 1_000_000
    private var queue = EventQueue()

    package init() {}

    package var nowMilliseconds: UInt64 { nowMicroseconds / 1000 }
    package var nowNanoseconds: UInt64 { nowMicroseconds * 1000 }
    /// How many actions were scheduled.
    package var eventCount: UInt64 { queue.insertedCount }

    /// Runs `action` when so much time has passed.
    package func after(_ microseconds: UInt64, _ action: @escaping () -> Void) {
        queue.insert(at: nowMicroseconds + microseconds, action)
    }

    /// Forgets everything that was to happen.
    func clear() { queue = EventQueue() }

    /// Lets so much time pass.
    package func run(milliseconds: UInt64) { run(milliseconds: milliseconds) { false } }

    /// Lets time pass until the condition holds, looked at every millisecond; false if it never did.
    @discardableResult
    package func run(milliseconds: UInt64, until condition: () -> Bool) -> Bool {
        for _ in 0..<milliseconds {
            if condition() { return true }
            let end = nowMicroseconds + 1000
            while let next = queue.popFirst(until: end) {
                nowMicroseconds = max(nowMicroseconds, next.at)
                next.action()
            }
            nowMicroseconds = end
        }
        return condition()
    }
}
