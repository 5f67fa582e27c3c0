#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A detached thread of the operating system.
enum SystemThread {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void
        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            (self.name, self.run) = (name, run)
        }
    }

    /// Linux keeps so many bytes of a thread's name (proc_pid_comm(5)).
    private static let nameBytesMax = 15

    /// - Parameter name: what `top -H`, a debugger and a profile call the thread.
    static func start(_ name: String, _ run: @escaping @Sendable () -> Void) {
        precondition(name.utf8.count <= nameBytesMax, "a thread's name is too long: \(name)")
        // The thread takes this reference over.
        let argument = Unmanaged.passRetained(Body(name, run)).toOpaque()
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

    private static func setName(_ name: String) {
        #if canImport(Glibc)
            // glibc shows pthread_setname_np(3) to C only; it does this for other threads than its caller's.
            let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            _ = write(file, name, name.utf8.count)
            close(file)
        #else
            _ = pthread_setname_np(name)
        #endif
    }

    private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        setName(body.name)
        body.run()
        return nil
    }
}
