import EventLoops
import HTTP
import Testing

@testable import Transport

/// WebSockets on a server: a request whose body is messages.
@Suite("WebSockets on a server")
struct WebSocketTests {
    private static let handshake =
        "GET /socket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

    /// A client's text, not masked in effect.
    private static func text(_ text: String, _ first: UInt8 = 0x81) -> [UInt8] {
        [first, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8)
    }

    /// What the handler saw.
    private final class Echo {
        var exchange: HTTPExchange?
        var text = ""
        var closings = 0
        var stalls = 0
    }

    /// Each message is sent back; `end` ends.
    private func harness(
        _ echo: Echo, _ change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> Harness {
        let harness = Harness()
        harness.router.http { asking in
            guard asking.asksForWebSocket else { return asking.respond(status: 204) }
            let exchange = asking.startWebSocket(
                headers: [("a", "b")], subprotocol: nil, messageBytesMax: 1_000)
            guard let exchange else { return }
            echo.exchange = exchange
            exchange.onClose = { echo.closings += 1 }
            var messages: UInt64 = 0
            exchange.onBody = { [unowned exchange] bytes in
                messages += 1
                exchange.note(messages: messages, unfinishedBytes: 0)
                let line = Array(bytes)
                echo.text += String(decoding: line, as: UTF8.self)
                exchange.startStreaming(status: 200)
                exchange.sendChunk(line)
                if line == Array("end\n".utf8) { exchange.end() }
            }
            exchange.onBodyStall = { [unowned exchange] in
                echo.stalls += 1
                exchange.respond(status: 504, body: Array("late".utf8))
                exchange.end()
            }
        }
        try harness.start(change)
        return harness
    }

    private func frames(_ client: RawClient) -> [UInt8] {
        let bytes = client.received
        let end = bytes.indices.first { bytes[..<$0].suffix(4).elementsEqual([13, 10, 13, 10]) }
        return end.map { Array(bytes[$0...]) } ?? []
    }

    @Test("messages go in as lines, lines come out as messages, and the answer's end is the end")
    func echoes() throws {
        let echo = Echo()
        let harness = try harness(echo)
        let client = RawClient(loop: harness.loop, port: harness.port)
        client.send(Array(Self.handshake.utf8) + Self.text("one") + Self.text("tw", 0x01))
        #expect(harness.run { echo.text == "one\n" })
        #expect(echo.exchange?.method == "POST" && echo.exchange?.path == "/socket")
        #expect(echo.exchange?.headers.count == 1)
        client.send(Self.text("o", 0x80) + Self.text("end"))
        #expect(harness.run { client.isClosed })
        #expect(echo.text == "one\ntwo\nend\n")
        #expect(
            frames(client)
                == [0x81, 3] + Array("one".utf8) + [0x81, 3] + Array("two".utf8)
                + [0x81, 3] + Array("end".utf8) + [0x88, 2, 0x03, 0xe8])
        #expect(echo.closings == 0 && harness.faults.isEmpty)
    }

    @Test("who leaves, ends, or breaks the rules is noticed, once")
    func endings() throws {
        for (last, code) in [
            ([], 0), ([0x88, 0x80, 0, 0, 0, 0], 0x03e8), ([0x81, 0x01], 0x03ea),
        ] as [([UInt8], Int)] {
            let echo = Echo()
            let harness = try harness(echo)
            let client = RawClient(loop: harness.loop, port: harness.port)
            client.send(Array(Self.handshake.utf8) + Self.text("one"))
            #expect(harness.run { frames(client).count == 5 })
            if last.isEmpty { client.finish() } else { client.send(last) }
            #expect(harness.run { echo.closings == 1 && harness.server?.openConnections == 0 })
            #expect(echo.exchange?.isOpen == false)
            let end = frames(client).dropFirst(5)
            #expect(
                code == 0 ? end.isEmpty : end.dropFirst(2).prefix(2) == [0x03, UInt8(code & 0xff)])
            #expect(harness.faults.count == (code == 0x03ea ? 1 : 0))
        }
    }

    @Test("who begins a frame and does not go on is given up, and who says nothing at all")
    func stalls() throws {
        for first in [Array(Self.text("one").dropLast()), Self.text("one", 0x01), []] {
            let echo = Echo()
            let harness = try harness(echo) {
                $0.requestMilliseconds = 100
                $0.idleMilliseconds = 200
                $0.handshakeMilliseconds = 400
            }
            let client = RawClient(loop: harness.loop, port: harness.port)
            client.send(Array(Self.handshake.utf8) + first)
            #expect(harness.run { client.isClosed })
            #expect(echo.stalls == 1)
            #expect(frames(client) == [0x81, 4] + Array("late".utf8) + [0x88, 2, 0x03, 0xe8])
        }
    }

    @Test("who asks for pongs and does not read them has to wait")
    func pings() throws {
        let echo = Echo()
        let harness = try harness(echo)
        let client = RawClient(loop: harness.loop, port: harness.port)
        client.send(Array(Self.handshake.utf8) + Self.text("one"))
        #expect(harness.run { frames(client).count == 5 })
        let count = client.received.count
        client.pauseReading()
        let ping = [0x89, 0xfd, 0, 0, 0, 0] + [UInt8](repeating: 7, count: 125)
        let server = try #require(harness.server)
        let many = [[UInt8]](repeating: ping, count: 1_000).flatMap(\.self)
        // More than the sockets between us hold in both directions.
        for _ in 0..<400 { client.send(many) }
        var before: UInt64 = 0
        var since = harness.loop.now
        harness.run {
            if server.receivedBytes != before {
                (before, since) = (server.receivedBytes, harness.loop.now)
            }
            return harness.loop.now - since > 200_000_000
        }
        #expect(server.receivedBytes < UInt64(many.count) * 400)
        client.resumeReading()
        #expect(harness.run { client.received.count == count + 400_000 * 127 })
    }

    @Test("a refused handshake is an answer like others, and the connection goes on")
    func refused() throws {
        let harness = try harness(Echo())
        let client = RawClient(loop: harness.loop, port: harness.port)
        client.send(Self.handshake.replacing("Version: 13", with: "Version: 7"))
        #expect(harness.run { client.text.contains("HTTP/1.1 426 Upgrade Required\r\n") })
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(harness.run { client.text.contains("HTTP/1.1 204 ") })
    }
}
