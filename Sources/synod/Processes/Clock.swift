internal import Glibc

/// Monotonic time.
enum Clock {
    /// Milliseconds since some moment that does not change while the machine runs.
    static func milliseconds() -> UInt64 { nanoseconds() / 1_000_000 }

    /// Nanoseconds since the same moment.
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
