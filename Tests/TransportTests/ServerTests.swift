import EventLoops
import GRPC
import HTTP
import Testing

@testable import Transport

@Suite("The server and its limits")
struct ServerTests {
    let echo = "/test.Echo/Say"
    let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    private func harness(
        _ change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> Harness {
        let harness = Harness()
        harness.router.register(unary: echo) { call, message in call.reply([UInt8](message)) }
        harness.router.http(maxBodyBytes: 1_000) { exchange in
            exchange.respond(
                status: 200, headers: [("content-type", "text/plain")],
                body: Array("\(exchange.method) \(exchange.path) \(exchange.query)|".utf8)
                    + exchange.body)
        }
        try harness.start(change)
        return harness
    }

    @Test("HTTP/1.1 and gRPC share a port, however the first bytes are cut", arguments: 1...5)
    func sniffing(size: Int) throws {
        let harness = try harness()
        let plain = RawClient(loop: harness.loop, port: harness.port)
        let request = Array("GET /a?b=c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".utf8)
        for start in stride(from: 0, to: request.count, by: size) {
            let before = harness.loop.now
            plain.send(Array(request[start..<min(start + size, request.count)]))
            harness.run { harness.loop.now > before + 200_000 }
        }
        #expect(harness.run { plain.isClosed })
        #expect(plain.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(plain.text.hasSuffix("GET /a b=c|"))
        let other = RawClient(loop: harness.loop, port: harness.port)
        for start in stride(from: 0, to: preface.count, by: size) {
            let before = harness.loop.now
            other.send(Array(preface[start..<min(start + size, preface.count)]))
            harness.run { harness.loop.now > before + 200_000 }
        }
        #expect(harness.run { other.received.count >= 9 })
        #expect(other.received[3] == 4, "the first frame is SETTINGS")
        #expect(try harness.call(harness.client(), echo, [1]).get() == [1])
    }

    @Test("an answer is given to a client that has already ended its own direction")
    func halfClosed() throws {
        let harness = try harness()
        let plain = RawClient(loop: harness.loop, port: harness.port)
        #expect(harness.run { plain.isOpen })
        plain.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
        plain.finish()
        #expect(harness.run { harness.server?.openConnections == 0 && plain.isClosed })
        #expect(harness.faults.isEmpty)
    }

    @Test("refusals reach a client that is still sending")
    func refusals() throws {
        let harness = try harness()
        for (head, status) in [
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n", "413"),
            (
                "GET / HTTP/1.1\r\nHost: h\r\nA: \(String(repeating: "a", count: 20_000))\r\n\r\n",
                "431"
            ),
            ("GARBAGE\r\n\r\n", "400"),
        ] {
            let plain = RawClient(loop: harness.loop, port: harness.port)
            plain.send(head + String(repeating: "x", count: 50_000))
            #expect(harness.run { plain.isClosed }, "\(status)")
            #expect(plain.text.hasPrefix("HTTP/1.1 \(status) "))
        }
        #expect(try harness.call(harness.client(), echo, [1]).get() == [1])
    }

    @Test("gRPC over HTTP/1.1 is refused; without a handler plain HTTP gets 404")
    func otherKinds() throws {
        let bare = Harness()
        bare.router.register(unary: echo) { call, _ in call.reply([]) }
        try bare.start()
        let plain = RawClient(loop: bare.loop, port: bare.port)
        plain.send("POST \(echo) HTTP/1.1\r\nHost: h\r\nContent-Type: application/grpc\r\n\r\n")
        #expect(bare.run { plain.text.hasPrefix("HTTP/1.1 505 ") })
        plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(bare.run { plain.text.contains("HTTP/1.1 404 Not Found\r\n") })
    }

    @Test("garbage and half frames end their own connection and no other")
    func garbage() throws {
        let harness = try harness { $0.handshakeMilliseconds = 200 }
        let good = harness.client()
        #expect(try harness.call(good, echo, [1]).get() == [1])
        let broken = RawClient(loop: harness.loop, port: harness.port)
        // A frame of 16 MB - 1, which is more than we announced.
        broken.send(preface + [255, 255, 255, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 7, count: 99))
        let wrong = RawClient(loop: harness.loop, port: harness.port)
        wrong.send(Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8))
        let half = RawClient(loop: harness.loop, port: harness.port)
        half.send(Array(preface.dropLast(4)))
        #expect(harness.run { broken.isClosed && wrong.isClosed && half.isClosed })
        #expect(try harness.call(good, echo, [2]).get() == [2])
        #expect(harness.server?.openConnections == 1)
        #expect(harness.faults.count >= 2)
    }

    @Test("connections that do not speak within the time are closed; one that has spoken stays")
    func handshake() throws {
        let harness = try harness {
            $0.handshakeMilliseconds = 100
            $0.idleMilliseconds = 150
        }
        let silent = RawClient(loop: harness.loop, port: harness.port)
        let slow = RawClient(loop: harness.loop, port: harness.port)
        slow.send("GET / HT")
        let client = harness.client()
        #expect(try harness.call(client, echo, [1]).get() == [1])
        let kept = RawClient(loop: harness.loop, port: harness.port)
        kept.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(harness.run { silent.isClosed && slow.isClosed && kept.isClosed })
        #expect(kept.text.hasPrefix("HTTP/1.1 200"))
        #expect(try harness.call(client, echo, [2]).get() == [2])
        #expect(harness.faults.count == 2)
    }

    @Test("the silence of a client begins when its answer is sent, however long that took")
    func idleAfterALongAnswer() throws {
        let harness = Harness()
        harness.router.http { exchange in
            harness.loop.schedule(afterMilliseconds: 700) { exchange.respond(status: 204) }
        }
        try harness.start {
            $0.handshakeMilliseconds = 400
            $0.idleMilliseconds = 500
        }
        let client = RawClient(loop: harness.loop, port: harness.port)
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(harness.run { client.text.hasPrefix("HTTP/1.1 204 ") })
        let answeredAt = harness.loop.now
        #expect(harness.run { client.isClosed })
        #expect(harness.loop.now - answeredAt >= 300_000_000)
    }

    @Test("a request that does not become complete gets 408")
    func slowRequest() throws {
        let harness = try harness {
            $0.requestMilliseconds = 100
            $0.handshakeMilliseconds = 400
        }
        let slow = RawClient(loop: harness.loop, port: harness.port)
        slow.send(
            "GET / HTTP/1.1\r\nHost: h\r\n\r\nPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx"
        )
        #expect(harness.run { slow.isClosed })
        #expect(slow.text.contains("HTTP/1.1 408 Request Timeout\r\n"))
    }

    @Test("requests without a pause between them have each their own time")
    func steadyRequests() throws {
        let harness = try harness {
            $0.requestMilliseconds = 1_000
            $0.handshakeMilliseconds = 200
        }
        let client = RawClient(loop: harness.loop, port: harness.port)
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"
        client.send(head)
        let end = harness.loop.now + 2_000_000_000
        while !client.isClosed, harness.loop.now < end {
            // One that has begun is there whenever the server looks, which it does every 50 ms.
            let (before, next) = (client.received.count, harness.loop.now + 100_000_000)
            client.send("x" + head)
            harness.run {
                client.isClosed
                    || client.received.count > before && client.text.hasSuffix("|x")
                        && harness.loop.now > next
            }
        }
        #expect(!client.isClosed && !client.text.contains(" 408 "))
    }

    @Test("connections above the limit are closed as they come")
    func connectionLimit() throws {
        let harness = try harness { $0.connectionsMax = 2 }
        let first = harness.client()
        #expect(try harness.call(first, echo, [1]).get() == [1])
        let second = RawClient(loop: harness.loop, port: harness.port)
        second.send(preface)
        #expect(harness.run { !second.received.isEmpty })
        let third = RawClient(loop: harness.loop, port: harness.port)
        #expect(harness.run { third.isClosed })
        #expect(harness.server?.refusedConnections == 1)
        second.close()
        #expect(harness.run { harness.server?.openConnections == 1 })
        #expect(try harness.call(harness.client(), echo, [3]).get() == [3])
    }

    @Test("a reader that never reads is held to the limit and then closed")
    func neverReads() throws {
        let harness = Harness()
        var server: ServerStream?
        var cancels = 0
        harness.router.register(stream: "/test.Flood/Flow") { stream in
            server = stream
            stream.onCancel = { cancels += 1 }
        }
        try harness.start { $0.outputBytesPerConnectionMax = 1 << 20 }
        let client = harness.client {
            $0.http2.streamWindowBytes = 1
            $0.http2.connectionWindowBytes = 65_535
        }
        let stream = client.stream("/test.Flood/Flow")
        var status: GRPCStatus?
        stream.onClose = { status = $0 }
        #expect(harness.run { server != nil })
        var sent = 0
        while server?.isOpen == true && sent < 100 && harness.faults.isEmpty {
            server?.send([UInt8](repeating: 0, count: 50_000))
            sent += 1
        }
        #expect(sent < 30)
        #expect(harness.run { cancels == 1 && status?.code == .unavailable })
        #expect(harness.server?.openConnections == 0)
    }

    @Test("answers that are given later are held to the limit, too")
    func lateAnswers() throws {
        let harness = Harness()
        var calls: [UnaryCall] = []
        harness.router.register(unary: echo) { call, _ in calls.append(call) }
        try harness.start { $0.outputBytesPerConnectionMax = 1 << 20 }
        let client = harness.client()
        var failures = 0
        for _ in 0..<100 {
            client.unary(echo, []) { if $0.failure != nil { failures += 1 } }
        }
        #expect(harness.run { calls.count == 100 })
        // All in one turn: nothing leaves, and the connection is still closing when the last one comes.
        var written = 0
        for call in calls {
            call.reply(size: 50_000) {
                $0.initializeMemory(as: UInt8.self, repeating: 0)
                written += 1
            }
        }
        #expect(written == 21)
        #expect(harness.run { failures == 100 })
        #expect(harness.faults == ["too many bytes wait for a reader that is too slow"])
    }

    @Test("and so are those of plain HTTP/2")
    func latePlainAnswers() throws {
        let harness = Harness()
        var exchanges: [HTTPExchange] = []
        harness.router.http { exchanges.append($0) }
        try harness.start { $0.outputBytesPerConnectionMax = 1 << 20 }
        let client = TestHTTP2Client(harness)
        for _ in 0..<100 { client.end(try client.open("/", contentType: "text/plain")) }
        #expect(harness.run { exchanges.count == 100 })
        for exchange in exchanges {
            exchange.respond(status: 200, body: [UInt8](repeating: 0, count: 50_000))
        }
        #expect(harness.run { harness.server?.openConnections == 0 })
        #expect(harness.faults == ["too many bytes wait for a reader that is too slow"])
    }

    @Test("a header block that does not end is not waited for")
    func slowHeaders() throws {
        let harness = try harness { $0.requestMilliseconds = 200 }
        let slow = RawClient(loop: harness.loop, port: harness.port)
        // Settings, and then headers without their end.
        slow.send(preface)
        slow.send([0, 0, 0, 4, 0, 0, 0, 0, 0])
        slow.send([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x83])
        #expect(harness.run { slow.isClosed })
        #expect(harness.faults == ["headers take too long"])
    }

    @Test("over HTTP/2, too, a body that does not become complete gets 408")
    func slowBody() throws {
        let harness = Harness()
        harness.router.streamBody(path: "/open")
        var exchanges: [HTTPExchange] = []
        harness.router.http { exchanges.append($0) }
        try harness.start { $0.requestMilliseconds = 300 }
        func open(_ path: String) throws -> (TestHTTP2Client, HTTP2Stream) {
            let client = TestHTTP2Client(harness)
            let stream = try client.open(path, contentType: "application/json")
            client.send([1], on: stream)
            return (client, stream)
        }
        let (messages, _) = try open("/open")
        let (whole, stream) = try open("/")
        whole.end(stream)
        #expect(harness.run { exchanges.count == 2 })
        let (slow, _) = try open("/")
        #expect(harness.run { slow.present.isEnded })
        #expect(slow.present.status == 408)
        // Neither a stream of messages nor a request that waits for its answer is short of time.
        #expect(!messages.present.isEnded && !whole.present.isEnded)
        for exchange in exchanges { exchange.respond(status: 204) }
        #expect(harness.run { messages.present.isEnded && whole.present.isEnded })
        #expect(messages.present.status == 204 && whole.present.status == 204)
        #expect(harness.faults.isEmpty)
    }

    @Test("incomplete messages of one connection are held to the limit")
    func inputLimit() throws {
        let harness = try harness { $0.inputBytesPerConnectionMax = 100_000 }
        let client = harness.client()
        #expect(
            try harness.call(client, echo, [UInt8](repeating: 1, count: 90_000)).get().count
                == 90_000)
        let failure = try #require(
            try harness.call(client, echo, [UInt8](repeating: 1, count: 200_000)).failure)
        #expect(failure.code == .unavailable)
        #expect(harness.faults.count == 1)
    }

    @Test("a registered path with another content type gets 415, others go to the HTTP handler")
    func contentType() throws {
        let harness = try harness()
        let client = TestHTTP2Client(harness)
        let wrong = try client.post(echo, contentType: "application/json", body: [1])
        #expect(wrong.status == 415)
        let plain = try client.post("/plain?q=1", contentType: "text/plain", body: Array("hi".utf8))
        #expect(plain.status == 200)
        #expect(plain.body == Array("POST /plain q=1|hi".utf8))
        let large = try client.post(
            "/", contentType: "text/plain", body: [UInt8](repeating: 1, count: 1_001))
        #expect(large.status == 413)
        let again = try client.post(
            "/", contentType: "text/plain", body: [UInt8](repeating: 1, count: 1_000))
        #expect(again.status == 200)
    }

    @Test(
        "a shutdown lets the call in flight finish, takes no new one, and says when all is closed")
    func shutdown() throws {
        let harness = Harness()
        var waiting: UnaryCall?
        harness.router.register(unary: echo) { call, _ in waiting = call }
        try harness.start()
        let client = harness.client()
        var result: Result<[UInt8], GRPCFailure>?
        var goAways = 0
        var hasEnded = false
        client.onGoAway = { goAways += 1 }
        client.unary(echo, []) { result = $0 }
        #expect(harness.run { waiting != nil })
        harness.server?.shutdown(graceMilliseconds: 5_000) { hasEnded = true }
        #expect(harness.run { goAways == 1 })
        #expect(!client.acceptsCalls)
        #expect(!hasEnded)
        let refused = try #require(try harness.call(client, echo, []).failure)
        #expect(refused.code == .unavailable && !refused.wasSent)
        waiting?.reply([4])
        #expect(harness.run { result != nil })
        #expect(try result?.get() == [4])
        #expect(harness.run { hasEnded && client.isClosed })
    }

    @Test("a shutdown closes what does not end within the grace")
    func shutdownGrace() throws {
        let harness = Harness()
        var cancels = 0
        harness.router.register(unary: echo) { call, _ in call.onCancel { cancels += 1 } }
        try harness.start()
        let client = harness.client()
        var result: Result<[UInt8], GRPCFailure>?
        client.unary(echo, []) { result = $0 }
        #expect(harness.run { harness.server?.openStreams == 1 })
        var hasEnded = false
        harness.server?.shutdown(graceMilliseconds: 100) { hasEnded = true }
        #expect(harness.run { hasEnded && result != nil })
        #expect(result?.failure?.code == .unavailable)
        #expect(cancels == 1)
    }

    @Test("answers in pieces are sent as they come, and a client that leaves is noticed")
    func streamingHTTP() throws {
        let harness = Harness()
        var exchange: HTTPExchange?
        var closings = 0
        harness.router.http { given in
            exchange = given
            given.onClose = { closings += 1 }
            given.startStreaming(status: 200)
            given.sendChunk(Array("one".utf8))
        }
        try harness.start()
        let plain = RawClient(loop: harness.loop, port: harness.port)
        plain.send("GET /watch HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(harness.run { plain.text.hasSuffix("3\r\none\r\n") })
        exchange?.sendChunk(Array("two".utf8))
        #expect(harness.run { plain.text.hasSuffix("3\r\ntwo\r\n") })
        exchange?.end()
        #expect(harness.run { plain.text.hasSuffix("0\r\n\r\n") })
        plain.send("GET /watch HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(harness.run { exchange?.isOpen == true })
        #expect(closings == 0)
        plain.close()
        #expect(harness.run { closings == 1 })
        exchange?.sendChunk([1])
        #expect(exchange?.isOpen == false)
    }
}
