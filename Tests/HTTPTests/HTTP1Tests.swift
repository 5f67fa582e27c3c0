import Basics
import Testing

@testable import HTTP

/// A session with a handler that records, and answers each request with its target and body.
final class Recorder: HTTP1SessionHandler {
    var requests: [HTTP1Request] = []
    var refusals: [Int] = []
    /// Of open bodies.
    var pieces: [UInt8] = []
    var endedBodies = 0
    var upgrades = false
    /// What came after an upgrade.
    var upgraded: [UInt8] = []
    var limit = 1_000
    var answersAtOnce = true
    private(set) var session: HTTP1Session?

    init(headerBytesMax: Int = 2_000) {
        session = HTTP1Session(
            headerBytesMax: headerBytesMax, wallClock: { 784_111_777 }, handler: self)
    }

    func bodyReading(method: String, target: String) -> BodyReading {
        target.hasPrefix("/open") ? .inPieces : .whole(bytesMax: limit)
    }
    func received(_ request: HTTP1Request) {
        requests.append(request)
        if answersAtOnce { answer(request) }
        if upgrades { session?.upgrade(to: "other", headers: [("x", "y")]) }
    }
    func receivedUpgraded(_ bytes: UnsafeRawBufferPointer) { upgraded += bytes }
    func receivedBody(_ bytes: UnsafeRawBufferPointer) { pieces += bytes }
    func bodyEnded() { endedBodies += 1 }
    func refused(status: Int) { refusals.append(status) }
    func drained() {}
    func hasOutput() {}

    func answer(_ request: HTTP1Request) {
        session?.respond(
            status: 200, headers: [], body: Array((request.target + ":").utf8) + request.body)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) { bytes.withUnsafeBytes { session?.receive($0) } }

    /// All output so far, without the date, which is always the same.
    func output() -> String {
        let queue = ByteQueue()
        session?.drain(into: queue, limit: .max)
        let text = String(decoding: queue.bytes, as: UTF8.self)
        return text.split(separator: "\r\n", omittingEmptySubsequences: false)
            .filter { $0 != "date: Sun, 06 Nov 1994 08:49:37 GMT" }.joined(separator: "\n")
    }

    var isFinished: Bool { session?.isFinished ?? true }
}

@Suite("HTTP/1.1")
struct HTTP1Tests {
    @Test("requests on a kept-alive connection are answered one after the other")
    func keepAlive() {
        let recorder = Recorder()
        recorder.send("GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(recorder.output() == "HTTP/1.1 200 OK\ncontent-length: 7\n\n/a?x=1:")
        recorder.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
        #expect(recorder.output() == "HTTP/1.1 200 OK\ncontent-length: 6\n\n/b:abc")
        #expect(!recorder.isFinished)
        #expect(recorder.requests.map(\.method) == ["GET", "POST"])
        #expect(recorder.requests[1].header("content-length") == "3")
    }

    @Test("requests sent ahead wait their turn")
    func pipelining() throws {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.send(
            "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok"
                + "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(recorder.requests.map(\.target) == ["/1"])
        recorder.answer(recorder.requests[0])
        #expect(recorder.requests.map(\.target) == ["/1", "/2"])
        recorder.answer(recorder.requests[1])
        recorder.answer(try #require(recorder.requests.last))
        #expect(recorder.requests.map(\.target) == ["/1", "/2", "/3"])
        #expect(
            recorder.output() == "HTTP/1.1 200 OK\ncontent-length: 3\n\n/1:"
                + "HTTP/1.1 200 OK\ncontent-length: 5\n\n/2:ok"
                + "HTTP/1.1 200 OK\ncontent-length: 3\n\n/3:")
    }

    @Test("a client that sends ahead and does not read is made no further answers")
    func slowReader() {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        let request = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n"
        recorder.send(request + request)
        let body = [UInt8](repeating: 65, count: Limits.streamDrainedBytes + 1)
        recorder.session?.respond(status: 200, headers: [], body: body)
        #expect(recorder.requests.count == 1)
        _ = recorder.output()
        #expect(recorder.requests.count == 2)
    }

    @Test("a request in pieces of any size is the same request", arguments: [1, 2, 3, 7, 50])
    func pieces(size: Int) {
        let recorder = Recorder()
        let bytes = Array(
            ("POST /chunks HTTP/1.1\r\nHost: h\r\nX-Long-Name: a value\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n5;x=y\r\npedia\r\n0\r\n\r\n"
                + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n").utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            recorder.send(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(recorder.requests.map(\.target) == ["/chunks", "/next"])
        #expect(recorder.requests[0].body == Array("wikipedia".utf8))
        #expect(recorder.requests[0].header("x-long-name") == "a value")
    }

    @Test(
        "bad requests get 400 and the connection ends",
        arguments: [
            "NONSENSE\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\nx",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "\u{0}\u{1}\u{2}\u{3}",
        ])
    func badRequests(text: String) {
        let recorder = Recorder()
        recorder.send(text)
        #expect(recorder.refusals == [400])
        #expect(recorder.output().hasPrefix("HTTP/1.1 400 Bad Request\n"))
        #expect(recorder.isFinished)
        recorder.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(recorder.requests.isEmpty)
    }

    @Test("a body above the limit gets 413: at its length, or when the chunks exceed it")
    func bodyTooLarge() {
        let known = Recorder()
        known.limit = 10
        known.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n")
        #expect(known.refusals == [413])
        let chunked = Recorder()
        chunked.limit = 10
        chunked.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunked.send("6\r\nabcdef\r\n")
        #expect(chunked.refusals.isEmpty)
        chunked.send("6\r\nabcdef\r\n")
        #expect(chunked.refusals == [413])
        #expect(chunked.output().hasPrefix("HTTP/1.1 413 "))
        let exact = Recorder()
        exact.limit = 10
        exact.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789")
        #expect(exact.requests.count == 1)
    }

    @Test("headers above the limit get 431, in one field, in many, and in the target")
    func headersTooLarge() {
        let long = String(repeating: "x", count: 2_001)
        let many = (0..<60).map { "A\($0): b\r\n" }.joined()
        for head in [
            "GET / HTTP/1.1\r\nHost: h\r\nA: \(long)", "GET / HTTP/1.1\r\nHost: h\r\n\(many)",
            "GET /\(long)",
        ] {
            let recorder = Recorder()
            recorder.send(head)
            #expect(recorder.refusals == [431])
            #expect(recorder.isFinished == false)
            #expect(recorder.output().hasPrefix("HTTP/1.1 431 "))
            #expect(recorder.isFinished)
        }
    }

    @Test("a client that asks whether to go on is told so, once")
    func expectContinue() {
        let recorder = Recorder()
        recorder.send(
            "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(recorder.output() == "HTTP/1.1 100 Continue\n\n")
        recorder.send("hi")
        #expect(recorder.output() == "HTTP/1.1 200 OK\ncontent-length: 5\n\n/x:hi")
        recorder.limit = 1
        recorder.send(
            "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(recorder.refusals == [413])
    }

    @Test("a client of HTTP/1.0, which knows no interim answers, gets none")
    func expectOfOldClient() {
        let recorder = Recorder()
        recorder.send("PUT /x HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(recorder.output() == "")
        recorder.send("hi")
        #expect(
            recorder.output()
                == "HTTP/1.1 200 OK\ncontent-length: 5\nconnection: close\n\n/x:hi")
    }

    @Test("fields behind a body are no fields of the request")
    func trailers() {
        let recorder = Recorder()
        let chunks = "2\r\nhi\r\n0\r\n"
        recorder.send(
            "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                + "Authorization: mine\r\nHost: other\r\n\r\nGET /y HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(recorder.requests.map(\.target) == ["/x", "/y"])
        #expect(recorder.requests.first?.body == Array("hi".utf8))
        #expect(recorder.requests.first?.headers.map(\.0) == ["host", "transfer-encoding"])
        #expect(recorder.requests.last?.headers.map(\.0) == ["host"])
        // They count, and are to be names and values all the same.
        recorder.send(
            "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                + "A: " + String(repeating: "a", count: 2_000))
        #expect(recorder.refusals == [431])
    }

    @Test("answers in pieces are chunked, and for HTTP/1.0 end with the connection")
    func streaming() {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.send("GET /s HTTP/1.1\r\nHost: h\r\n\r\n")
        recorder.session?.start(status: 200, headers: [("content-type", "text/plain")])
        recorder.session?.send(Array("hello".utf8))
        recorder.session?.send([])
        recorder.session?.send(Array(repeating: 65, count: 17))
        recorder.session?.end()
        let chunks = "5\nhello\n11\n\(String(repeating: "A", count: 17))\n0\n\n"
        #expect(
            recorder.output()
                == "HTTP/1.1 200 OK\ncontent-type: text/plain\ntransfer-encoding: chunked\n\n"
                + chunks)
        #expect(!recorder.isFinished)
        recorder.send("GET /s HTTP/1.0\r\n\r\n")
        recorder.session?.start(status: 200, headers: [])
        recorder.session?.send(Array("bye".utf8))
        recorder.session?.end()
        #expect(recorder.output() == "HTTP/1.1 200 OK\nconnection: close\n\nbye")
        #expect(recorder.isFinished)
    }

    @Test("the connection ends when the client asks for it, HEAD has no body, 204 no length")
    func endings() {
        let close = Recorder()
        close.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(close.output() == "HTTP/1.1 200 OK\ncontent-length: 2\nconnection: close\n\n/:")
        #expect(close.isFinished)
        let head = Recorder()
        head.send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(head.output() == "HTTP/1.1 200 OK\ncontent-length: 3\n\n")
        head.answersAtOnce = false
        head.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        head.session?.respond(status: 204, headers: [], body: [])
        #expect(head.output() == "HTTP/1.1 204 No Content\n\n")
    }

    @Test("a line end inside a header value does not begin another header")
    func headerInjection() {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        recorder.session?.respond(status: 200, headers: [("a", "b\r\nevil: 1")], body: [])
        #expect(recorder.output() == "HTTP/1.1 200 OK\na: bevil: 1\ncontent-length: 0\n\n")
    }

    @Test(
        "dates",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ])
    func dates(seconds: Int, text: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == text)
    }

    @Test(
        "damaged requests are answered or refused, never both, never more than were sent",
        arguments: 0..<20)
    func damaged(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let sound = Array(
            ("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                + "PUT /b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody").utf8)
        for _ in 0..<200 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: .min ... .max, using: &random)
            }
            let recorder = Recorder()
            recorder.send(bytes)
            #expect(recorder.refusals.count <= 1)
            #expect(recorder.requests.count <= 2)
            if !recorder.refusals.isEmpty {
                _ = recorder.output()
                #expect(recorder.isFinished)
            }
        }
    }
}
