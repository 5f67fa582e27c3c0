#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A value that threads share, with a way to wait for its change (Hoare's monitor). On pthreads, which the
/// thread sanitizer understands; the standard library's Mutex it does not.
///
/// Unchecked: the value is reached only under the mutex.
public final class Monitor<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    public init(_ value: Value) {
        self.value = value
        precondition(pthread_mutex_init(mutex, nil) == 0, "no mutex")
        precondition(pthread_cond_init(changed, nil) == 0, "no condition")
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Looks at the value or changes it.
    public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Changes the value and wakes all who wait for a change.
    public func update<Result>(_ body: (inout Value) -> Result) -> Result {
        let result = withLock(body)
        // Not under the mutex: who wakes up would only go to sleep again, on it.
        pthread_cond_broadcast(changed)
        return result
    }

    /// Changes the value in a way that concerns any one of those who wait, and wakes one.
    public func updateForOne<Result>(_ body: (inout Value) -> Result) -> Result {
        let result = withLock(body)
        pthread_cond_signal(changed)
        return result
    }

    /// Waits until `body` gives something.
    public func wait<Result>(for body: (inout Value) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            pthread_cond_wait(changed, mutex)
        }
    }
}
