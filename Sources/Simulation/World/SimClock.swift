/// The monotonic clock of one machine: it may run fast or slow, stand still, and jump ahead, but it never
/// goes back, except that it begins anew when the machine does.
package struct SimClock {
    private static let million: UInt64 = 1_000_000
    /// What it shows at `since`, in microseconds.
    private var shown: UInt64
    private var since: UInt64
    /// Its microseconds in a million of the world's.
    package private(set) var rate: UInt64

    /// What it had shown more before the machine was switched off and on.
    private var forgone: UInt64 = 0

    package init(shown: UInt64, rate: UInt64 = million, at now: UInt64) {
        self.shown = shown
        self.rate = rate
        since = now
    }

    /// What it shows, in microseconds.
    package func microseconds(at now: UInt64) -> UInt64 {
        if rate == Self.million { return shown + (now - since) }
        return shown + (now - since) * rate / Self.million
    }

    /// What it has counted in all, the machine's restarts included: only differences mean something.
    package func counted(at now: UInt64) -> UInt64 { microseconds(at: now) &+ forgone }

    /// From now on it runs at this rate: a million is right, 0 stands still.
    package mutating func run(at rate: UInt64, now: UInt64) {
        shown = microseconds(at: now)
        since = now
        self.rate = rate
    }

    package mutating func jump(ahead microseconds: UInt64) { shown += microseconds }

    /// The machine was switched off and on again.
    package mutating func restart(shown: UInt64, now: UInt64) {
        forgone &+= microseconds(at: now) &- shown
        self.shown = shown
        since = now
    }
}
