#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A detached thread of the operating system.
enum SystemThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func start(_ run: @escaping @Sendable () -> Void) {
        // The thread takes this reference over.
        let argument = Unmanaged.passRetained(Body(run)).toOpaque()
        #if canImport(Glibc)
            var thread = pthread_t()
            let result = pthread_create(&thread, nil, { SystemThread.main($0) }, argument)
            precondition(result == 0, "no thread")
            pthread_detach(thread)
        #else
            var thread: pthread_t?
            let result = pthread_create(&thread, nil, { SystemThread.main($0) }, argument)
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
