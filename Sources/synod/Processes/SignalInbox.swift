internal import Glibc

/// Signals that are waited for instead of interrupting. Made before any thread is started, because
/// threads inherit what is blocked.
struct SignalInbox {
    private var set = sigset_t()

    init(_ signals: [Int32]) {
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// The next signal; nil if none comes in time.
    mutating func next(withinMilliseconds milliseconds: Int) -> Int32? {
        var time = timespec(
            tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
        let signal = sigtimedwait(&set, nil, &time)
        return signal > 0 ? signal : nil
    }

    /// Ends this process as the signal would have done, so that whoever started it sees that.
    mutating func obey(_ signal: Int32) -> Never {
        close()
        raise(signal)
        exit(128 + signal)
    }

    /// The signals interrupt again; one that came and was not taken does so at once.
    mutating func close() { pthread_sigmask(SIG_UNBLOCK, &set, nil) }
}
