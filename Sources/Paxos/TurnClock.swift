/// Two readings of time, both moved by ticks only.
///
/// `now` is the caller's monotonic clock; log time follows it. `running` counts how long this process really
/// ran: one tick adds at most one interval, so that its own pause is not taken for the silence of others
/// (P13). Everything about life and death is measured in `running`.
struct TurnClock: Equatable, Sendable {
    private(set) var now: UInt64
    private(set) var running: UInt64 = 0
    /// The most that one tick adds to `running`, in milliseconds.
    let stepMax: UInt64

    init(now: UInt64, stepMax: UInt64) {
        self.now = now
        self.stepMax = max(1, stepMax)
    }

    /// A reading below the last one changes nothing.
    mutating func tick(_ reading: UInt64) {
        guard reading > now else { return }
        running += min(reading - now, stepMax)
        now = reading
    }
}
