/// Some threads that perform jobs, each as soon as a thread is free: in no order, and several at a time.
public final class WorkPool<Job: Sendable>: Sendable {
    private struct Queue {
        var waiting = RingBuffer<Job>()
        var isStopping = false
        var threadsLeft: Int
    }

    private let queue: Monitor<Queue>
    private let jobsMax: Int

    /// - Parameters:
    ///   - name: what the system calls each thread; at most 15 bytes.
    ///   - threadCount: so many jobs are performed at a time.
    ///   - jobsMax: more jobs than this never wait: their owner is at fault.
    public init(
        _ name: String, threadCount: Int, jobsMax: Int, perform: @escaping @Sendable (Job) -> Void
    ) {
        precondition(threadCount > 0, "a pool without threads")
        let queue = Monitor(Queue(threadsLeft: threadCount))
        self.queue = queue
        self.jobsMax = jobsMax
        for _ in 0..<threadCount {
            SystemThread.start(name) {
                while let job = Self.next(queue) { perform(job) }
                queue.update { $0.threadsLeft -= 1 }
            }
        }
    }

    public func submit(_ job: Job) {
        queue.updateForOne {
            precondition($0.waiting.count < jobsMax, "too many jobs wait for a thread")
            precondition(!$0.isStopping, "the threads were stopped")
            $0.waiting.append(job)
        }
    }

    /// Waits until everything submitted was performed and the threads have ended.
    public func stop() {
        queue.update { $0.isStopping = true }
        queue.wait { $0.threadsLeft == 0 ? () : nil }
    }

    private static func next(_ queue: Monitor<Queue>) -> Job? {
        queue.wait { queue in
            if let job = queue.waiting.popFirst() { return .some(job) }
            return queue.isStopping ? .some(nil) : nil
        }
    }
}
