#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

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
    ///   - jobsMax: more jobs than this never wait: their owner is at fault.
    ///   - givesWay: others that want the processor come first.
    public init(jobsMax: Int, givesWay: Bool = false, perform: @escaping @Sendable (Job) -> Void) {
        let queue = Monitor(Queue())
        self.queue = queue
        self.jobsMax = jobsMax
        Thread.start {
            if givesWay { Thread.giveWay() }
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

/// A detached thread of the operating system.
private enum Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func start(_ run: @escaping @Sendable () -> Void) {
        // The thread takes this reference over.
        let argument = Unmanaged.passRetained(Body(run)).toOpaque()
        #if canImport(Glibc)
            var thread = pthread_t()
            let result = pthread_create(&thread, nil, { Thread.main($0) }, argument)
            precondition(result == 0, "no thread")
            pthread_detach(thread)
        #else
            var thread: pthread_t?
            let result = pthread_create(&thread, nil, { Thread.main($0) }, argument)
            precondition(result == 0, "no thread")
            if let thread { pthread_detach(thread) }
        #endif
    }

    static func giveWay() {
        #if canImport(Glibc)
            // To Linux, 0 is the thread that calls, and a priority is a thread's own.
            _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, 10)
        #else
            _ = pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
        #endif
    }

    private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
    }
}
