/// A thread that performs jobs one after another, in the order of their submission.
public final class WorkThread<Job: Sendable>: Sendable {
    private struct Queue {
        var waiting = RingBuffer<Job>()
        var isStopping = false
        var hasEnded = false
    }

    private let queue: Monitor<Queue>
    private let jobsMax: Int

    /// - Parameters:
    ///   - name: what the system calls the thread; at most 15 bytes.
    ///   - jobsMax: more jobs than this never wait: their owner is at fault.
    ///   - givesWay: others that want the processor come first.
    public init(
        _ name: String, jobsMax: Int, givesWay: Bool = false,
        perform: @escaping @Sendable (Job) -> Void
    ) {
        let queue = Monitor(Queue())
        self.queue = queue
        self.jobsMax = jobsMax
        SystemThread.start(name) {
            if givesWay { SystemThread.giveWay() }
            while let job = Self.next(queue) { perform(job) }
            queue.update { $0.hasEnded = true }
        }
    }

    public func submit(_ job: Job) {
        queue.update {
            precondition($0.waiting.count < jobsMax, "too many jobs wait for a thread")
            precondition(!$0.isStopping, "the thread was stopped")
            $0.waiting.append(job)
        }
    }

    /// Waits until everything submitted was performed and the thread has ended.
    public func stop() {
        queue.update { $0.isStopping = true }
        queue.wait { $0.hasEnded ? () : nil }
    }

    private static func next(_ queue: Monitor<Queue>) -> Job? {
        queue.wait { queue in
            if let job = queue.waiting.popFirst() { return .some(job) }
            return queue.isStopping ? .some(nil) : nil
        }
    }
}
