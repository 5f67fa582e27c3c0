internal import Glibc
internal import Synchronization

/// Runs asynchronous work from the main thread, which has nothing else to do and waits for it.
enum Blocking {
    /// Waits for the result of `work`.
    static func run<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) -> Result {
        let place = Place<Result>()
        Task.detached { place.fill(await work()) }
        return place.wait()
    }

    private final class Place<Result: Sendable>: Sendable {
        private let result = Mutex<Result?>(nil)
        /// A semaphore may be used from all threads; it lives as long as this object.
        nonisolated(unsafe) private let semaphore = UnsafeMutablePointer<sem_t>.allocate(
            capacity: 1)

        init() { sem_init(semaphore, 0, 0) }

        deinit {
            sem_destroy(semaphore)
            semaphore.deallocate()
        }

        func fill(_ value: Result) {
            result.withLock { $0 = value }
            sem_post(semaphore)
        }

        func wait() -> Result {
            while sem_wait(semaphore) != 0 { precondition(errno == EINTR, "a broken semaphore") }
            guard let value = result.withLock({ $0 }) else { preconditionFailure("no result") }
            return value
        }
    }
}
