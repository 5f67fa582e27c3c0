import EventLoops
import Testing

@testable import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A client that has said all, and reads slowly what it is answered.
@Suite("Half-closed connections")
struct HalfClosedTests {
    /// A socket without a loop: it reads when it is told to, and the kernel holds little for it.
    private final class SlowReader {
        private let descriptor: CInt
        private(set) var received = 0
        private(set) var hasEnded = false

        init(port: UInt16) {
            descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            var room: CInt = 4_096
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<CInt>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            precondition(result == 0, "nobody listens")
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }

        deinit { close(descriptor) }

        func send(_ text: String) {
            let bytes = Array(text.utf8)
            precondition(write(descriptor, bytes, bytes.count) == bytes.count, "no room")
        }

        func endOutput() { shutdown(descriptor, CInt(SHUT_WR)) }

        /// Reads what there is.
        func readOn() {
            var room = [UInt8](repeating: 0, count: 64 << 10)
            while !hasEnded {
                let count = read(descriptor, &room, room.count)
                if count < 0 && errno == EAGAIN { return }
                received += max(0, count)
                hasEnded = count <= 0
            }
        }
    }

    @Test("an answer of which the kernel has not taken the end is sent to its end")
    func unsent() throws {
        let harness = Harness()
        var size = 16 << 20
        var requests = 0
        harness.router.http { exchange in
            requests += 1
            exchange.respond(status: 200, body: [UInt8](repeating: 65, count: size))
        }
        try harness.start()
        func ask() -> SlowReader {
            let reader = SlowReader(port: harness.port)
            reader.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let expected = requests + 1
            #expect(harness.run { requests == expected })
            // The answer goes as far as it does.
            for _ in 0..<4 { harness.loop.runOnce() }
            return reader
        }
        // How much that is, to a client that does not read, is for the kernel to say: of the piece that was given to it
        // last it has taken a part. An answer that is a little shorter has only the rest of that piece left.
        let long = ask()
        let given = Int(harness.server?.sentBytes ?? 0)
        #expect((1 << 10..<size).contains(given))
        for less in [1_000, 10_000, 50_000] {
            size = given - less
            let reader = ask()
            reader.endOutput()
            for _ in 0..<4 { harness.loop.runOnce() }
            let end = harness.loop.now + 10_000_000_000
            while !reader.hasEnded && harness.loop.now < end {
                reader.readOn()
                harness.loop.runOnce()
            }
            #expect(reader.received > size, "\(size) bytes")
        }
        withExtendedLifetime(long) {}
    }
}
