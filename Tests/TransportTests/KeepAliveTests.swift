import Basics
import Testing

@testable import EventLoops
@testable import Transport

private let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
private let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
private let ping: [UInt8] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]

struct KeepAliveTests {
    @Test("the third ping in a row that comes too early is one too many")
    func counting() {
        let second: UInt64 = 1_000_000_000
        func count(_ times: [UInt64], hasStreams: Bool, answeredAt: Set<Int> = []) -> Int? {
            var counter = PingCounter()
            return times.indices.first { index in
                counter.isTooMany(
                    at: times[index] * second, minTimeMilliseconds: 5_000, hasStreams: hasStreams,
                    hasAnswered: answeredAt.contains(index))
            }
        }
        #expect(count([1, 6, 11, 16, 21, 26], hasStreams: true) == nil)
        #expect(count([1, 2, 3, 4], hasStreams: true) == 3)
        #expect(count([1, 2, 9, 10, 20, 21], hasStreams: true) == 5)
        // Something was sent between: it may be measured, and all is forgiven.
        #expect(count([1, 2, 3, 4, 5, 6], hasStreams: true, answeredAt: [3]) == nil)
        // Nobody needs to keep an idle connection alive.
        #expect(count([1, 61, 121, 181], hasStreams: false) == 3)
    }

    @Test("who pings too often is told so and sent away; where anybody may ping, nobody is")
    func enforcement() throws {
        for (minTime, isEnded) in [(5_000 as UInt64, true), (0, false)] {
            let harness = Harness()
            try harness.start { $0.keepAlive.minTimeMilliseconds = minTime }
            let client = RawClient(loop: harness.loop, port: harness.port)
            client.send(preface + settings)
            for _ in 0..<4 { client.send(ping) }
            let isAnswered = {
                client.text.contains("too_many_pings") || client.received.count > 70
            }
            #expect(harness.run { isAnswered() })
            #expect(client.text.contains("too_many_pings") == isEnded)
            if isEnded { #expect(harness.run { client.isClosed }) }
            #expect(harness.faults == (isEnded ? ["too many pings"] : []))
        }
    }

    @Test("a client that is silent for long is pinged, and given up if it does not answer")
    func silence() throws {
        let harness = Harness()
        try harness.start {
            $0.handshakeMilliseconds = 200
            $0.keepAlive.intervalMilliseconds = 100
            $0.keepAlive.timeoutMilliseconds = 300
        }
        let silent = RawClient(loop: harness.loop, port: harness.port)
        silent.send(preface + settings)
        let client = harness.client()
        #expect(harness.run { silent.isClosed })
        #expect(harness.faults == ["a keep-alive ping was not answered"])
        #expect(client.isOpen)
    }

    @Test("a server that says anything at all is alive, and one that falls silent is given up")
    func otherSigns() throws {
        let loop = EventLoop()
        let server = try Chatterbox(loop)
        var configuration = ClientConfiguration(host: "127.0.0.1", port: server.port)
        configuration.keepAliveMilliseconds = 10
        configuration.keepAliveTimeoutMilliseconds = 600
        let client = ClientConnection(loop: loop, configuration: configuration)
        func run(until condition: () -> Bool) -> Bool {
            let end = loop.now + 10_000_000_000
            let ticker = loop.schedule(afterMilliseconds: 10, repeating: 10) {}
            defer { ticker.cancel() }
            while !condition() && loop.now < end { loop.runOnce(waiting: true) }
            return condition()
        }
        #expect(run { server.messageCount == 100 || client.isClosed })
        #expect(client.isOpen)
        #expect(run { client.isClosed })
    }
}

/// Takes a connection, sends a hundred window updates in about a second, and answers nothing.
private final class Chatterbox: TCPConnectionHandler {
    private static let update: [UInt8] = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1]

    private(set) var messageCount = 0
    private let loop: EventLoop
    private let output = ByteQueue()
    private var connection: TCPConnection?
    private var listener: TCPListener?

    init(_ loop: EventLoop) throws {
        self.loop = loop
        output.append(settings)
        listener = try TCPListener(loop: loop, host: "127.0.0.1", port: 0) { [weak self] in
            self?.take($0)
        }
    }

    var port: UInt16 { listener?.port ?? 0 }

    private func take(_ connection: TCPConnection) {
        self.connection = connection
        connection.handler = self
        connection.start()
        connection.requestFlush()
        talk()
    }

    private func talk() {
        guard messageCount < 100 else { return }
        loop.schedule(afterMilliseconds: 10) { [weak self] in
            guard let self else { return }
            messageCount += 1
            output.append(Self.update)
            connection?.requestFlush()
            talk()
        }
    }

    func connectionDidOpen(_ connection: TCPConnection) {}

    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {}

    func connection(_ connection: TCPConnection, fill target: ByteQueue, limit: Int) {
        let count = min(limit, output.count)
        target.append(UnsafeRawBufferPointer(rebasing: output.bytes[0..<count]))
        output.consume(count)
    }

    func connectionDidEndInput(_ connection: TCPConnection) -> Bool { false }

    func connection(_ connection: TCPConnection, didClose reason: TCPCloseReason) {}
}
