import Basics
import Testing

#if os(Linux)
    import Glibc

    @Suite("A thread for work")
    struct WorkThreadTests {
        @Test("is known to the system by its name")
        func name() {
            let seen = Monitor<String?>(nil)
            let thread = WorkThread<Void>("fifteen letters", jobsMax: 1) {
                seen.update { $0 = Self.nameOfThisThread }
            }
            thread.submit(())
            thread.stop()
            #expect(seen.withLock { $0 } == "fifteen letters\n")
        }

        private static var nameOfThisThread: String {
            let file = open("/proc/thread-self/comm", O_RDONLY)
            defer { close(file) }
            var bytes = [UInt8](repeating: 0, count: 32)
            let count = read(file, &bytes, bytes.count)
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }
    }
#endif
