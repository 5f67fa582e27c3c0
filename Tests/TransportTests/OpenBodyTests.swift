import EventLoops
import Testing

@testable import Transport

/// Requests that are answered while their bodies come.
@Suite("open bodies")
struct OpenBodyTests {
    /// What a handler saw of one request: each byte `;` ends a message, and is answered.
    private final class Conversation {
        private(set) var exchange: HTTPExchange?
        private(set) var text = ""
        private(set) var hasEnded = false
        private(set) var stalls = 0
        private var messages: UInt64 = 0
        private var unfinishedBytes = 0

        func begin(_ exchange: HTTPExchange) {
            self.exchange = exchange
            unfinishedBytes = 0
            exchange.startStreaming(status: 200)
            exchange.onBody = { [weak self] in self?.take(Array($0)) }
            exchange.onBodyEnd = { [weak self] in
                self?.hasEnded = true
                exchange.end()
            }
            exchange.onBodyStall = { [weak self] in
                self?.stalls += 1
                exchange.end()
            }
        }

        private func take(_ bytes: [UInt8]) {
            text += String(decoding: bytes, as: UTF8.self)
            for byte in bytes {
                unfinishedBytes += 1
                guard byte == UInt8(ascii: ";") else { continue }
                messages += 1
                unfinishedBytes = 0
                exchange?.sendChunk([byte])
            }
            exchange?.note(messages: messages, unfinishedBytes: unfinishedBytes)
        }
    }

    private static let head =
        "POST /open HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

    private func harness(
        _ conversation: Conversation, _ change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> Harness {
        let harness = Harness()
        harness.router.streamBody(path: "/open")
        harness.router.http { exchange in
            guard exchange.hasOpenBody else { return exchange.respond(status: 204) }
            conversation.begin(exchange)
        }
        try harness.start(change)
        return harness
    }

    @Test("over HTTP/1.1 each message has its answer before the next one comes")
    func http1() throws {
        let conversation = Conversation()
        let harness = try harness(conversation)
        let client = RawClient(loop: harness.loop, port: harness.port)
        client.send(Self.head.replacing("/open", with: "/open?a=b"))
        for letter in ["a", "b"] {
            let before = client.received.count
            client.send("2\r\n\(letter);\r\n")
            let isAnswered = harness.run {
                client.received.count > before && client.text.hasSuffix(";\r\n")
            }
            #expect(isAnswered)
        }
        client.send("0\r\n\r\nPOST /else HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
        #expect(harness.run { client.text.contains("HTTP/1.1 204 ") })
        #expect(conversation.text == "a;b;" && conversation.hasEnded)
    }

    @Test("over HTTP/2, too")
    func http2() throws {
        let conversation = Conversation()
        let harness = try harness(conversation)
        let client = TestHTTP2Client(harness)
        let stream = try client.open("/open", contentType: "application/json")
        for number in 1...2 {
            client.send(Array("x;".utf8), on: stream)
            #expect(harness.run { client.present.body.count == number })
        }
        #expect(!client.present.isEnded)
        client.end(stream)
        #expect(harness.run { client.present.isEnded })
        #expect(conversation.text == "x;x;" && conversation.hasEnded)
        let other = try client.post("/else", contentType: "text/plain", body: [1, 2])
        #expect(other.status == 204)
    }

    @Test("who begins a message and does not go on is given up; who has said all may be silent")
    func stalls() throws {
        let conversations = [Conversation(), Conversation(), Conversation()]
        let harnesses = try conversations.map {
            try harness($0) {
                $0.requestMilliseconds = 100
                $0.idleMilliseconds = 200
                $0.handshakeMilliseconds = 400
            }
        }
        let clients = harnesses.map { RawClient(loop: $0.loop, port: $0.port) }
        for (client, text) in zip(clients, ["3\r\na;b\r\n", "", "2\r\na;\r\n"]) {
            client.send(Self.head + text)
        }
        #expect(harnesses[0].run { conversations[0].stalls == 1 })
        #expect(harnesses[1].run { conversations[1].stalls == 1 })
        let end = harnesses[2].loop.now + 500_000_000
        harnesses[2].run { harnesses[2].loop.now > end }
        #expect(conversations[2].stalls == 0 && conversations[2].text == "a;")
        clients[2].send("2\r\nb;\r\n")
        #expect(harnesses[2].run { conversations[2].text == "a;b;" })
        // The unfinished body of an ended answer is not waited for either.
        #expect(harnesses[0].run { clients[0].isClosed })
    }

    @Test("who is silent at first has all of the time for a message once it begins")
    func lateBeginning() throws {
        let conversation = Conversation()
        let harness = try harness(conversation) {
            $0.requestMilliseconds = 300
            $0.idleMilliseconds = 60_000
            $0.handshakeMilliseconds = 100
        }
        let client = RawClient(loop: harness.loop, port: harness.port)
        client.send(Self.head)
        #expect(harness.run { conversation.exchange != nil })
        let end = harness.loop.now + 400_000_000
        harness.run { harness.loop.now > end }
        client.send("1\r\na\r\n")
        let sent = harness.loop.now
        #expect(harness.run { conversation.stalls == 1 })
        #expect(harness.loop.now - sent >= 300_000_000)
    }

    @Test("unfinished messages count against the connection, until their request is over")
    func held() throws {
        let conversation = Conversation()
        let harness = try harness(conversation) { $0.inputBytesPerConnectionMax = 1_000 }
        let kind = TestHTTP2Client(harness)
        let stream = try kind.open("/open", contentType: "application/json")
        for _ in 0..<3 {
            kind.send([UInt8](repeating: 65, count: 800) + Array(";".utf8), on: stream)
        }
        kind.send([UInt8](repeating: 65, count: 800), on: stream)
        #expect(harness.run { conversation.text.utf8.count == 3_203 })
        conversation.exchange?.end()
        #expect(harness.run { kind.present.isEnded })
        let again = try kind.open("/open", contentType: "application/json")
        kind.send([UInt8](repeating: 65, count: 1_000), on: again)
        #expect(harness.run { conversation.text.utf8.count == 4_203 })
        #expect(harness.faults.isEmpty)
        kind.send([65], on: again)
        #expect(harness.run { !harness.faults.isEmpty })
    }

    @Test("a client whose body is not taken is not read on")
    func paused() throws {
        let conversation = Conversation()
        let harness = try harness(conversation)
        let client = RawClient(loop: harness.loop, port: harness.port)
        client.send(Self.head + "1\r\na\r\n")
        #expect(harness.run { conversation.text == "a" })
        conversation.exchange?.pauseBody(true)
        let piece = "10000\r\n" + String(repeating: "b", count: 0x10000) + "\r\n"
        for _ in 0..<64 { client.send(piece) }
        let server = try #require(harness.server)
        #expect(harness.run { server.receivedBytes > 512 << 10 })
        let end = harness.loop.now + 200_000_000
        harness.run { harness.loop.now > end }
        #expect(conversation.text == "a")
        #expect(server.receivedBytes < 2 << 20)
        conversation.exchange?.pauseBody(false)
        #expect(harness.run { conversation.text.utf8.count == 1 + 64 * 0x10000 })
    }
}
