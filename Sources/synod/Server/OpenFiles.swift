internal import Glibc

/// How many files the process may have open: connections are files, too.
enum OpenFiles {
    /// Takes all that the system allows, as programs in Go do: the usual soft limit, 1,024, is there for the sake of
    /// `select`, which nothing here calls.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // What cannot be had is not needed to serve.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
