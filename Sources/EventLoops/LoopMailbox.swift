internal import Basics
internal import CLibuv
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The one way into a loop from other threads: jobs are queued under a lock, and the loop runs them
/// in order in its next turn. It has no limit of its own, because each producer is a thread of this
/// process that has a bounded number of jobs outstanding.
///
/// The loop is woken through a pipe, and only when it waits for events: a loop at work looks for jobs
/// before it goes to sleep, and a producer under load makes no system call.
package final class LoopMailbox: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state = Monitor(State())
    /// Set before the loop looks for jobs for the last time; whoever takes it back wakes the loop.
    private let isLoopAsleep = Atomic(false)
    /// Becomes readable when the loop must wake up.
    let waking: CInt
    private let wakener: CInt

    init() {
        var ends: (reading: CInt, writing: CInt) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) { ends in
            uv_pipe(
                ends.baseAddress?.assumingMemoryBound(to: CInt.self),
                CInt(UV_NONBLOCK_PIPE.rawValue), CInt(UV_NONBLOCK_PIPE.rawValue))
        }
        precondition(result == 0, "no event loop: out of descriptors")
        waking = ends.reading
        wakener = ends.writing
    }

    deinit {
        close(waking)
        close(wakener)
    }

    /// Runs `job` on the loop's thread, soon. Returns false, and drops it, after the loop has closed.
    @discardableResult
    package func post(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            if !state.isClosed { state.jobs.append(job) }
            return !state.isClosed
        }
        if isTaken, isLoopAsleep.exchange(false, ordering: .acquiringAndReleasing) { wake() }
        return isTaken
    }

    /// All jobs posted since the last call; called by the loop.
    func take() -> [@Sendable () -> Void] {
        state.withLock { state in
            guard !state.jobs.isEmpty else { return [] }
            let jobs = state.jobs
            state.jobs = []
            return jobs
        }
    }

    /// The loop is going to wait for events; false if it must not, because there are jobs.
    func loopFallsAsleep() -> Bool {
        isLoopAsleep.store(true, ordering: .sequentiallyConsistent)
        guard state.withLock({ !$0.jobs.isEmpty }) else { return true }
        loopIsAwake()
        return false
    }

    /// The loop handles events, and will look for jobs before it waits again.
    @inline(__always)
    func loopIsAwake() { isLoopAsleep.store(false, ordering: .relaxed) }

    /// Empties the pipe after a wake-up.
    func drain() {
        var bytes: UInt64 = 0
        _ = read(waking, &bytes, MemoryLayout.size(ofValue: bytes))
    }

    /// Refuses further jobs; called by the loop when it ends. The pipe stays until nobody can post.
    func end() {
        state.withLock { $0.isClosed = true }
    }

    private func wake() {
        var byte: UInt8 = 1
        // At most one byte lies in the pipe for each time that the loop fell asleep.
        _ = write(wakener, &byte, 1)
    }
}
