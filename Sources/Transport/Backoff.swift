package import Basics

/// How long to wait before the next try: exponentially longer, with jitter, so that those who failed
/// together do not come back together.
package struct Backoff {
    private let firstMilliseconds: UInt64
    private let maxMilliseconds: UInt64
    private var current: UInt64
    private var random: SeededRandom

    /// Waits of about `firstMilliseconds`, doubling up to `maxMilliseconds`.
    package init(firstMilliseconds: UInt64, maxMilliseconds: UInt64, random: SeededRandom) {
        precondition(firstMilliseconds > 0, "a wait is longer than nothing")
        precondition(maxMilliseconds >= firstMilliseconds, "the longest wait is the longest")
        self.firstMilliseconds = firstMilliseconds
        self.maxMilliseconds = maxMilliseconds
        self.random = random
        current = firstMilliseconds
    }

    /// The next wait in ms: between half and all of the current step.
    package mutating func next() -> UInt64 {
        let step = current
        current = min(maxMilliseconds, current * 2)
        return UInt64.random(in: (step + 1) / 2...step, using: &random)
    }

    /// A try went well: the next failure waits briefly again.
    package mutating func reset() { current = firstMilliseconds }
}
