import EventLoops
import GRPC
import HTTP
import Testing

@testable import Transport

@Suite("Streaming calls over loopback")
struct StreamTests {
    let path = "/test.Chat/Talk"

    @Test("1,000 messages each way arrive whole and in order, then the end")
    func bidirectional() throws {
        let harness = Harness()
        harness.router.register(stream: path) { stream in
            stream.onMessage = { stream.send([UInt8]($0)) }
            stream.onHalfClose = { stream.finish() }
        }
        try harness.start()
        let client = harness.client()
        let stream = client.stream(path)
        var answers: [[UInt8]] = []
        var status: GRPCStatus?
        stream.onMessage = { answers.append([UInt8]($0)) }
        stream.onClose = { status = $0 }
        let messages = (0..<1_000).map { [UInt8](repeating: UInt8($0 & 255), count: $0 * 3) }
        for message in messages { stream.send(message) }
        stream.halfClose()
        #expect(harness.run { status != nil })
        #expect(status == .ok)
        #expect(answers == messages)
        #expect(!stream.isOpen)
    }

    @Test("a stream may be idle, and be spoken on again")
    func idle() throws {
        let harness = Harness()
        var server: ServerStream?
        harness.router.register(stream: path) { stream in
            server = stream
            stream.sendHeaders()
        }
        try harness.start()
        let client = harness.client {
            $0.keepAliveMilliseconds = 20
            $0.keepAliveTimeoutMilliseconds = 5_000
        }
        let stream = client.stream(path, metadata: [("a", "b")])
        var answers: [[UInt8]] = []
        stream.onMessage = { answers.append([UInt8]($0)) }
        #expect(harness.run { server != nil && client.lastPingNanoseconds > 0 })
        #expect(server?.metadata("a") == "b")
        server?.send([1])
        #expect(harness.run { answers.count == 1 })
        server?.send([2, 2])
        #expect(harness.run { answers == [[1], [2, 2]] })
    }

    @Test("frames without use are limited per second, not over the life of a connection")
    func budgetOfFramesWithoutUse() throws {
        let harness = Harness()
        // Answered before the client has ended its part: the server resets each such stream.
        harness.router.register(stream: path) { $0.finish() }
        try harness.start()
        let client = harness.client { $0.http2.nuisanceFramesMax = 4 }
        func talk(times: Int) {
            for _ in 0..<times {
                var status: GRPCStatus?
                let stream = client.stream(path)
                stream.onClose = { status = $0 }
                #expect(harness.run { status != nil })
            }
        }
        for _ in 0..<2 {
            talk(times: 2)
            let begun = harness.loop.now
            #expect(
                harness.run { harness.loop.now > begun + Transport.Limits.clientBudgetNanoseconds })
        }
        #expect(!client.isClosed)
        talk(times: 5)
        #expect(harness.run { client.isClosed })
    }

    @Test("what is held of messages that are not whole is bounded, those of all streams together")
    func unfinishedMessages() throws {
        let harness = Harness()
        var messages = 0
        harness.router.register(stream: path) { stream in
            stream.onMessage = { _ in messages += 1 }
        }
        try harness.start { $0.inputBytesPerConnectionMax = 100_000 }
        let client = TestHTTP2Client(harness)
        let whole = [UInt8](repeating: 0, count: 40_000)
        let begin: [UInt8] = [0, 0, 0, 0xea, 0x60]  // 60,000 bytes are to come.
        let rest = [UInt8](repeating: 0, count: 20_000)
        // What becomes whole counts no more.
        let patient = try client.open(path, contentType: "application/grpc")
        for _ in 0..<5 {
            let before = messages
            client.send(begin + whole, on: patient)
            client.send(rest, on: patient)
            #expect(harness.run { messages == before + 1 })
        }
        #expect(harness.faults.isEmpty)
        for _ in 0..<3 {
            let stream = try client.open(path, contentType: "application/grpc")
            client.send(begin + whole, on: stream)
        }
        #expect(harness.run { !harness.faults.isEmpty })
        #expect(harness.faults == ["too many bytes of incomplete requests"])
        #expect(messages == 5)
    }

    @Test("the messages of streams that are over are held no more")
    func unfinishedMessagesOfTheGone() throws {
        let harness = Harness()
        harness.router.register(stream: path) { $0.onMessage = { _ in } }
        try harness.start { $0.inputBytesPerConnectionMax = 100_000 }
        let client = TestHTTP2Client(harness)
        for _ in 0..<5 {
            let stream = try client.open(path, contentType: "application/grpc")
            client.send([0, 0, 0, 0xea, 0x60] + [UInt8](repeating: 0, count: 40_000), on: stream)
            // Half a message is a fault of the stream, and ends it.
            client.end(stream)
            #expect(harness.run { client.present.isEnded })
        }
        #expect(harness.faults.isEmpty)
        #expect(harness.server?.openConnections == 1)
    }

    @Test("a cancelled stream tells the server once, and what it sends then is harmless")
    func cancel() throws {
        let harness = Harness()
        var server: ServerStream?
        var cancels = 0
        harness.router.register(stream: path) { stream in
            server = stream
            stream.onCancel = { cancels += 1 }
        }
        try harness.start()
        let client = harness.client()
        let stream = client.stream(path)
        var status: GRPCStatus?
        stream.onClose = { status = $0 }
        stream.send([1])
        #expect(harness.run { server != nil })
        stream.cancel()
        #expect(harness.run { cancels == 1 && status != nil })
        #expect(status?.code == .cancelled)
        server?.send([1])
        server?.finish()
        #expect(server?.isOpen == false)
        #expect(harness.run { harness.server?.openStreams == 0 })
        #expect(cancels == 1)
    }

    @Test("the server may end with a status and trailers while the client still sends")
    func earlyFinish() throws {
        let harness = Harness()
        var cancels = 0
        harness.router.register(stream: path) { stream in
            stream.onCancel = { cancels += 1 }
            stream.onMessage = { _ in
                stream.send([9])
                stream.finish(GRPCStatus(.aborted, "enough"), trailers: [("k", "v")])
            }
        }
        try harness.start()
        let client = harness.client()
        let stream = client.stream(path)
        var answers = 0
        var status: GRPCStatus?
        stream.onMessage = { _ in answers += 1 }
        stream.onClose = { status = $0 }
        for _ in 0..<10 { stream.send([1]) }
        #expect(harness.run { status != nil })
        #expect(status == GRPCStatus(.aborted, "enough"))
        #expect(stream.trailers.contains { $0 == ("k", "v") })
        #expect(answers == 1)
        #expect(cancels == 0)
    }

    @Test("the deadline ends a stream on both sides")
    func deadline() throws {
        let harness = Harness()
        var cancels = 0
        harness.router.register(stream: path) { $0.onCancel = { cancels += 1 } }
        try harness.start()
        let client = harness.client()
        let stream = client.stream(path, timeoutMilliseconds: 40)
        var status: GRPCStatus?
        stream.onClose = { status = $0 }
        #expect(harness.run { status != nil && cancels == 1 })
        #expect(status?.code == .deadlineExceeded)
    }

    @Test("a message above the limit ends the stream with grpc-go's words")
    func tooLarge() throws {
        let harness = Harness()
        var cancels = 0
        harness.router.register(stream: path, maxMessageBytes: 100) { stream in
            stream.onCancel = { cancels += 1 }
        }
        try harness.start()
        let client = harness.client()
        let stream = client.stream(path)
        var status: GRPCStatus?
        stream.onClose = { status = $0 }
        stream.send([UInt8](repeating: 1, count: 101))
        #expect(harness.run { status != nil && cancels == 1 })
        #expect(status?.code == .resourceExhausted)
        #expect(status?.message == "grpc: received message larger than max (101 vs. 100)")
    }

    @Test("peers' windows let 64 MB through in order, and draining is reported on the way")
    func bulk() throws {
        let harness = Harness()
        let piece = 1 << 20
        var received = 0
        var isOrdered = true
        harness.router.register(stream: path, maxMessageBytes: 2 << 20) { stream in
            stream.onMessage = { message in
                isOrdered =
                    isOrdered && message[0] == UInt8(received & 255) && message.count == piece
                received += 1
                if received == 64 { stream.finish() }
            }
        }
        try harness.start { $0.http2 = .peers }
        let client = harness.client { $0.http2 = .peers }
        let stream = client.stream(path)
        var sent = 0
        var most = 0
        func feed() {
            while sent < 64 && stream.bufferedBytes < 4 << 20 {
                stream.send([UInt8](repeating: UInt8(sent & 255), count: piece))
                sent += 1
                most = max(most, stream.bufferedBytes)
            }
        }
        stream.onDrain = { feed() }
        feed()
        #expect(harness.run(seconds: 30) { received == 64 })
        #expect(isOrdered)
        #expect(most < 6 << 20)
    }

    @Test("a client that does not read makes the server hold back, and gets everything later")
    func slowReader() throws {
        let harness = Harness()
        var server: ServerStream?
        var drains = 0
        harness.router.register(stream: path) { stream in
            server = stream
            stream.onDrain = { drains += 1 }
        }
        try harness.start()
        // A client whose windows are small stands for one that does not read.
        let client = harness.client {
            $0.http2.streamWindowBytes = 70_000
            $0.http2.connectionWindowBytes = 70_000
        }
        let stream = client.stream(path)
        var bytes = 0
        stream.onMessage = { bytes += $0.count }
        #expect(harness.run { server != nil })
        for _ in 0..<40 { server?.send([UInt8](repeating: 1, count: 100_000)) }
        #expect((server?.bufferedBytes ?? 0) >= 4_000_000)
        #expect(harness.run { bytes == 4_000_000 && drains > 0 })
        #expect(server?.bufferedBytes == 0)
    }
}
