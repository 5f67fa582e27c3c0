internal import CLibuv
internal import Synchronization

/// The one way into a loop from other threads: jobs are queued under a lock, and the loop runs them
/// in order in its next turn. It has no limit of its own, because each producer is a thread of this
/// process that has a bounded number of jobs outstanding.
package final class LoopMailbox: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// libuv allows uv_async_send from any thread while the handle is open, which the lock sees to.
    nonisolated(unsafe) private let handle: UnsafeMutablePointer<uv_async_t>

    init(handle: UnsafeMutablePointer<uv_async_t>) { self.handle = handle }

    /// Runs `job` on the loop's thread, soon. Returns false, and drops it, after the loop has closed.
    @discardableResult
    package func post(_ job: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.jobs.append(job)
            if state.jobs.count == 1 { uv_async_send(handle) }
            return true
        }
    }

    /// All jobs posted since the last call; called by the loop.
    func take() -> [@Sendable () -> Void] {
        state.withLock { state in
            let jobs = state.jobs
            state.jobs = []
            return jobs
        }
    }

    /// Refuses further jobs; called by the loop before it closes the handle.
    func close() {
        state.withLock { $0.isClosed = true }
    }
}
