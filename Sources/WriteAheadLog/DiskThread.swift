internal import Basics

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A thread that performs disk operations one after another, in the order of their submission.
final class DiskThread: Sendable {
    typealias Perform = @Sendable (DiskOperation, _ ticket: UInt64) -> Void

    private struct Queue {
        var waiting: [(operation: DiskOperation, ticket: UInt64)] = []
        var isStopping = false
        var hasEnded = false
    }

    private let queue: Monitor<Queue>

    init(perform: @escaping Perform) {
        queue = Monitor(Queue())
        let body = Body(queue: queue, perform: perform)
        // The thread takes this reference over.
        let argument = Unmanaged.passRetained(body).toOpaque()
        #if canImport(Glibc)
            var thread = pthread_t()
            let result = pthread_create(&thread, nil, { DiskThread.main($0) }, argument)
            precondition(result == 0, "no thread")
            pthread_detach(thread)
        #else
            var thread: pthread_t?
            let result = pthread_create(&thread, nil, { DiskThread.main($0) }, argument)
            precondition(result == 0, "no thread")
            if let thread { pthread_detach(thread) }
        #endif
    }

    func submit(_ operation: DiskOperation, ticket: UInt64) {
        queue.update {
            precondition($0.waiting.count < Limits.queuedOperations, "too many disk operations")
            precondition(!$0.isStopping, "the disk is closed")
            $0.waiting.append((operation, ticket))
        }
    }

    /// Waits until everything submitted was performed and the thread has ended.
    func stop() {
        queue.update { $0.isStopping = true }
        queue.wait { $0.hasEnded ? () : nil }
    }

    private final class Body {
        let queue: Monitor<Queue>
        let perform: Perform

        init(queue: Monitor<Queue>, perform: @escaping Perform) {
            self.queue = queue
            self.perform = perform
        }

        func run() {
            while let next = next() { perform(next.operation, next.ticket) }
            queue.update { $0.hasEnded = true }
        }

        private func next() -> (operation: DiskOperation, ticket: UInt64)? {
            queue.wait { queue in
                if !queue.waiting.isEmpty { return .some(queue.waiting.removeFirst()) }
                return queue.isStopping ? .some(nil) : nil
            }
        }
    }

    private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        body.run()
        return nil
    }
}
