import Basics
import Testing

@testable import HTTP

/// One end of a session, with a handler that records.
private final class End: HTTP2SessionHandler {
    var events: [String] = []
    var bodies: [Int32: [UInt8]] = [:]
    var onRequest: ((HTTP2Stream) -> Void)?
    private(set) var session: HTTP2Session?

    init(_ role: HTTP2Session.Role, _ settings: HTTP2Settings = HTTP2Settings()) {
        session = HTTP2Session(
            role: role, settings: settings, pool: HTTP2StreamPool(), handler: self)
    }

    /// Told about a request when its headers are there.
    var onHeaders: ((HTTP2Stream) -> Void)?

    func headers(of stream: HTTP2Stream) {
        let path = String(decoding: stream.headers.path, as: UTF8.self)
        events.append("headers \(stream.id) \(path)\(stream.headers.value(":status") ?? "")")
        onHeaders?(stream)
    }
    func data(_ bytes: UnsafeRawBufferPointer, of stream: HTTP2Stream, isLast: Bool) {
        bodies[stream.id, default: []] += Array(bytes)
    }
    func inputEnded(of stream: HTTP2Stream) {
        events.append("end \(stream.id)")
        onRequest?(stream)
    }
    func drained(_ stream: HTTP2Stream) { events.append("drained \(stream.id)") }
    func closed(_ stream: HTTP2Stream, errorCode: UInt32) {
        events.append("closed \(stream.id) \(errorCode)")
    }
    func pingAnswered() { events.append("pong") }
    func goAwayReceived(lastStreamID: Int32, errorCode: UInt32) {
        events.append("goaway \(errorCode)")
    }
    func hasOutput() {}

    func output() -> [UInt8] {
        let queue = ByteQueue()
        _ = session?.drain(into: queue, limit: 1 << 30)
        return Array(queue.bytes)
    }

    @discardableResult
    func take(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { session?.receive($0) ?? false }
    }
}

/// Lets two ends talk until both are silent.
private func talk(_ left: End, _ right: End) {
    while true {
        let there = left.output()
        right.take(there)
        let back = right.output()
        left.take(back)
        if there.isEmpty && back.isEmpty { return }
    }
}

private var request: HeaderBlock {
    HeaderBlock([
        (":method", "POST"), (":scheme", "http"), (":path", "/p"), (":authority", "a"),
    ])
}
private var ok: HeaderBlock { HeaderBlock([(":status", "200")]) }

private let prefaceBytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

/// A frame's bytes.
private func frame(_ type: UInt8, flags: UInt8 = 0, id: UInt8 = 0, _ payload: [UInt8] = [])
    -> [UInt8]
{
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, id] + payload
}

@Suite("HTTP/2 sessions without I/O")
struct HTTP2Tests {
    @Test("a body of any size goes there and back", arguments: [0, 1, 16_384, 16_385, 5_000_000])
    func bodies(size: Int) throws {
        let client = End(.client)
        let server = End(.server)
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        server.onRequest = { [unowned server] stream in
            stream.output.append(server.bodies[stream.id] ?? [])
            server.session?.respondWhole(stream, headers: ok, trailers: HeaderBlock([("t", "1")]))
        }
        let stream = try #require(client.session?.open(headers: request))
        stream.output.append(body)
        client.session?.resume(stream, appended: size)
        client.session?.end(stream)
        talk(client, server)
        #expect(client.bodies[1] ?? [] == body)
        #expect(client.events.last == "closed 1 0")
        #expect(server.events.last == "closed 1 0")
        #expect(client.session?.openStreams == 0)
        #expect(client.session?.bufferedOutputBytes == 0)
        #expect(server.session?.bufferedOutputBytes == 0)
    }

    @Test("bytes in pieces of any size are the same bytes", arguments: [1, 2, 9, 10, 100])
    func pieces(size: Int) throws {
        let client = End(.client)
        let server = End(.server)
        let stream = try #require(client.session?.open(headers: request))
        stream.output.append(Array("hello".utf8))
        client.session?.resume(stream, appended: 5)
        client.session?.end(stream)
        let bytes = client.output()
        for start in stride(from: 0, to: bytes.count, by: size) {
            #expect(server.take(Array(bytes[start..<min(start + size, bytes.count)])))
        }
        #expect(server.events == ["headers 1 /p", "end 1"])
        #expect(server.bodies[1] == Array("hello".utf8))
    }

    @Test("a field that is new in every request pushes no constant one out of the peer's table")
    func changingFields() throws {
        let client = End(.client)
        let server = End(.server)
        server.onRequest = { [unowned server] in
            server.session?.respondWithoutBody($0, headers: ok)
        }
        var sizes: [Int] = []
        for number in 1000..<1200 {
            let extra = [("synod-session", "12345678901-\(number)")]
            let stream = try #require(client.session?.open(headers: request, extra: extra))
            client.session?.end(stream)
            let bytes = client.output()
            sizes.append(bytes.count)
            server.take(bytes)
            talk(client, server)
        }
        #expect(server.events.count { $0.hasPrefix("headers") } == 200)
        // After the first, none says a constant field in full again; only digits differ in length.
        let later = sizes.dropFirst()
        #expect(later.max() ?? 0 <= (later.min() ?? 0) + 2)
    }

    @Test("an idle body waits, goes on when resumed, and reports when it has drained")
    func resume() throws {
        let client = End(.client)
        let server = End(.server)
        let stream = try #require(client.session?.open(headers: request))
        talk(client, server)
        let size = Limits.streamDrainedBytes + 1
        stream.output.append([UInt8](repeating: 1, count: size))
        client.session?.resume(stream, appended: size)
        #expect(client.session?.bufferedOutputBytes == size)
        talk(client, server)
        #expect(server.bodies[1]?.count == size)
        #expect(client.events.contains("drained 1"))
        stream.output.append([2])
        client.session?.resume(stream, appended: 1)
        client.session?.end(stream)
        talk(client, server)
        #expect(server.bodies[1]?.last == 2)
        #expect(server.events.contains("end 1"))
    }

    @Test("an answer that comes before the request's end resets the rest of it without an error")
    func earlyAnswer() throws {
        let client = End(.client)
        let server = End(.server)
        _ = try #require(client.session?.open(headers: request))
        client.output().withUnsafeBytes { _ = server.session?.receive($0) }
        var open: HTTP2Stream?
        server.session?.forEachStream { open = $0 }
        server.session?.respondWithoutBody(try #require(open), headers: ok)
        talk(client, server)
        #expect(client.events == ["headers 1 200", "end 1", "closed 1 0"])
        #expect(server.session?.openStreams == 0)
    }

    @Test("headers above the limit are dropped and marked")
    func headerLimit() throws {
        var settings = HTTP2Settings()
        settings.headerBytesMax = 1_000
        let client = End(.client)
        let server = End(.server, settings)
        let large = [("x", String(repeating: "v", count: 2_000))]
        _ = try #require(client.session?.open(headers: request, extra: large))
        server.take(client.output())
        var marked: Bool?
        server.session?.forEachStream { marked = $0.headersTooLarge }
        #expect(marked == true)
    }

    @Test("a malformed request ends its stream and no other; nobody hears of it")
    func malformedRequests() throws {
        let client = End(.client)
        let server = End(.server)
        let bad = HeaderBlock([(":method", "POST"), (":scheme", "http"), ("x", "y")])
        let refused = try #require(client.session?.open(headers: bad))
        refused.output.append(Array("body".utf8))
        client.session?.resume(refused, appended: 4)
        client.session?.end(refused)
        let sound = try #require(client.session?.open(headers: request))
        client.session?.end(sound)
        talk(client, server)
        #expect(client.events == ["closed 1 1"])
        #expect(server.events == ["headers 3 /p", "end 3", "closed 1 1"])
        #expect(server.bodies.isEmpty)
    }

    @Test("a body has the length that the request says", arguments: [0, 3, 4, 5])
    func contentLength(size: Int) throws {
        let client = End(.client)
        let server = End(.server)
        let stream = try #require(
            client.session?.open(headers: request, extra: [("content-length", "4")]))
        stream.output.append([UInt8](repeating: 1, count: size))
        client.session?.resume(stream, appended: size)
        client.session?.end(stream)
        talk(client, server)
        let isRight = size == 4
        #expect(server.events.contains("end 1") == isRight)
        #expect(client.events.contains("closed 1 1") == !isRight)
    }

    @Test("garbage instead of frames ends the session")
    func garbage() {
        let server = End(.server)
        #expect(!server.take(Array("this is not the preface of HTTP/2".utf8)))
        let other = End(.server)
        other.take(prefaceBytes + frame(4))
        // DATA on a stream that was never opened is a protocol error: GOAWAY, and then nothing.
        other.take(frame(0, id: 1, [1, 2, 3]))
        #expect(!other.output().isEmpty)
        #expect(other.session?.isFinished == true)
    }

    @Test(
        "floods of frames without use end the session",
        arguments: [
            ("ping", frame(6, [0, 0, 0, 0, 0, 0, 0, 0])), ("settings", frame(4)),
            ("priority", frame(2, id: 1, [0, 0, 0, 0, 1])),
            ("window", frame(8, [0, 0, 0, 1])),
        ])
    func floods(name: String, bytes: [UInt8]) {
        var settings = HTTP2Settings()
        settings.nuisanceFramesMax = 100
        let server = End(.server, settings)
        server.take(prefaceBytes + frame(4))
        for _ in 0..<98 { server.take(bytes) }
        _ = server.output()
        #expect(server.session?.isFinished == false)
        server.session?.refillBudget()
        for _ in 0..<99 { server.take(bytes) }
        _ = server.output()
        #expect(server.session?.isFinished == false)
        server.take(bytes)
        _ = server.output()
        #expect(server.session?.isFinished == true)
    }

    @Test("who reads much may update windows as often as it likes")
    func windowUpdates() throws {
        var settings = HTTP2Settings()
        settings.nuisanceFramesMax = 20
        let server = End(.server, settings)
        var small = HTTP2Settings()
        small.streamWindowBytes = 2_000
        let client = End(.client, small)
        server.onRequest = { [unowned server] stream in
            stream.output.append([UInt8](repeating: 1, count: 1_000_000))
            server.session?.respondWhole(stream, headers: ok, trailers: nil)
        }
        let stream = try #require(client.session?.open(headers: request))
        client.session?.end(stream)
        talk(client, server)
        #expect(client.bodies[1]?.count == 1_000_000)
        #expect(server.session?.isFinished == false)
    }

    @Test("data in crumbs ends the session, useful data does not")
    func crumbs() throws {
        for (size, isTaken) in [(0, false), (1, false), (4, false), (5, true), (100, true)] {
            var settings = HTTP2Settings()
            settings.nuisanceFramesMax = 100
            let server = End(.server, settings)
            let client = End(.client)
            let stream = try #require(client.session?.open(headers: request))
            talk(client, server)
            let crumb = frame(0, id: UInt8(stream.id), [UInt8](repeating: 7, count: size))
            for _ in 0..<200 { server.take(crumb) }
            _ = server.output()
            #expect((server.session?.isFinished == false) == isTaken, "\(size) bytes")
        }
    }

    @Test("data of a stream that is over is thrown away, and too much of it ends the session")
    func lateData() throws {
        var settings = HTTP2Settings()
        settings.nuisanceFramesMax = 100
        let server = End(.server, settings)
        server.onHeaders = { [unowned server] in server.session?.respondWithoutBody($0, headers: ok)
        }
        let client = End(.client)
        _ = try #require(client.session?.open(headers: request))
        talk(client, server)
        #expect(server.session?.openStreams == 0)
        let late = (0..<100).flatMap { _ in
            frame(0, id: 1, [UInt8](repeating: 7, count: 1_000))
        }
        server.take(late)
        _ = server.output()
        #expect(server.session?.isFinished == false)
        for _ in 0..<10 { server.take(late) }
        _ = server.output()
        #expect(server.session?.isFinished == true)
    }

    @Test("a client that opens and resets streams without end is cut off")
    func rapidReset() {
        let server = End(.server)
        let client = End(.client)
        talk(client, server)
        var rounds = 0
        while server.session?.isFinished == false && rounds < 10_000 {
            if let stream = client.session?.open(headers: request) {
                server.take(client.output())
                client.session?.reset(stream, .cancel)
            }
            server.take(client.output())
            _ = server.output()
            rounds += 1
        }
        #expect(rounds <= Int(Limits.streamResetBurst) + 1)
        #expect(server.session?.openStreams == 0)
    }

    @Test("more streams than allowed are refused, the others live")
    func streamLimit() throws {
        var settings = HTTP2Settings()
        settings.maxConcurrentStreams = 3
        let server = End(.server, settings)
        let client = End(.client)
        for _ in 0..<5 { _ = try #require(client.session?.open(headers: request)) }
        talk(client, server)
        #expect(server.session?.openStreams == 3)
        #expect(client.events.filter { $0.hasPrefix("closed") } == ["closed 7 7", "closed 9 7"])
    }

    @Test("after GOAWAY what is in flight ends, and then the session")
    func goAway() throws {
        let server = End(.server)
        let client = End(.client)
        let stream = try #require(client.session?.open(headers: request))
        talk(client, server)
        server.session?.announceShutdown()
        server.session?.goAway()
        talk(client, server)
        #expect(client.events.contains("goaway 0"))
        #expect(server.session?.isFinished == false)
        server.onRequest = { [unowned server] in server.session?.respondWithoutBody($0, headers: ok)
        }
        client.session?.end(stream)
        talk(client, server)
        #expect(client.events.contains("closed 1 0"))
        #expect(server.session?.isFinished == true)
    }

    @Test("pings are answered")
    func ping() {
        let server = End(.server)
        let client = End(.client)
        client.session?.ping()
        talk(client, server)
        #expect(client.events == ["pong"])
    }

    @Test("damaged bytes never break more than their own session", arguments: 0..<20)
    func damaged(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        for _ in 0..<100 {
            let client = End(.client)
            for _ in 0..<3 {
                let stream = try #require(
                    client.session?.open(headers: request, extra: [("x-name", "value")]))
                stream.output.append(
                    [UInt8](repeating: 7, count: Int.random(in: 0...300, using: &random)))
                client.session?.resume(stream, appended: stream.output.count)
                client.session?.end(stream)
            }
            var bytes = client.output()
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 24..<bytes.count, using: &random)] = UInt8.random(
                    in: .min ... .max, using: &random)
            }
            let server = End(.server)
            server.onRequest = { [unowned server] stream in
                stream.output.append(server.bodies[stream.id] ?? [])
                server.session?.respondWhole(stream, headers: ok, trailers: nil)
            }
            let isSound = server.take(bytes)
            client.take(server.output())
            if isSound { #expect((server.session?.openStreams ?? 9) <= 3) }
            server.session?.connectionLost()
            #expect(server.session?.openStreams == 0)
            #expect(server.session?.bufferedOutputBytes == 0)
        }
    }
}
