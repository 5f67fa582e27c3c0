/// Something that is told once, and again now and then while it lasts.
struct Reminder {
    private var toldAtMilliseconds: UInt64?

    /// Whether it is to be told now; it counts as told then.
    mutating func isDue(every milliseconds: UInt64, nowMilliseconds now: UInt64) -> Bool {
        if let told = toldAtMilliseconds, now < told + milliseconds { return false }
        toldAtMilliseconds = now
        return true
    }

    /// Whether it was told and is not over.
    var isOn: Bool { toldAtMilliseconds != nil }

    /// It is over: the next time is a first one.
    mutating func end() { toldAtMilliseconds = nil }
}
