import Basics
import EventLoops
import HTTP
import Testing

@testable import Transport

/// Plain requests over HTTP/2, one at a time.
final class TestHTTP2Client: TCPConnectionHandler, HTTP2SessionHandler {
    struct Answer {
        var status = 0
        var body: [UInt8] = []
        var isEnded = false
    }

    private unowned let harness: Harness
    private var session: HTTP2Session?
    private var connection: TCPConnection?
    private var answer = Answer()

    init(_ harness: Harness) {
        self.harness = harness
        session = HTTP2Session(
            role: .client, settings: HTTP2Settings(), pool: HTTP2StreamPool(), handler: self)
        connection = TCPConnection.connect(
            loop: harness.loop, host: "127.0.0.1", port: harness.port, timeoutMilliseconds: 5_000,
            handler: self)
    }

    /// The answer to the present request, so far.
    var present: Answer { answer }

    func post(_ path: String, contentType: String, body: [UInt8]) throws -> Answer {
        let stream = try open(path, contentType: contentType)
        send(body, on: stream)
        session?.end(stream)
        harness.run { answer.isEnded }
        return answer
    }

    func send(_ body: [UInt8], on stream: HTTP2Stream) {
        stream.output.append(body)
        session?.resume(stream, appended: body.count)
    }

    func end(_ stream: HTTP2Stream) { session?.end(stream) }

    /// Begins a request whose body follows.
    func open(_ path: String, contentType: String) throws -> HTTP2Stream {
        answer = Answer()
        let headers = HeaderBlock([
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"),
            ("content-type", contentType),
        ])
        return try #require(session?.open(headers: headers))
    }

    func headers(of stream: HTTP2Stream) {
        answer.status = Int(stream.headers.value(":status") ?? "") ?? 0
    }
    func data(_ bytes: UnsafeRawBufferPointer, of stream: HTTP2Stream, isLast: Bool) {
        answer.body += Array(bytes)
    }
    func inputEnded(of stream: HTTP2Stream) {}
    func drained(_ stream: HTTP2Stream) {}
    func closed(_ stream: HTTP2Stream, errorCode: UInt32) { answer.isEnded = true }
    func pingAnswered() {}
    func goAwayReceived(lastStreamID: Int32, errorCode: UInt32) {}
    func hasOutput() { connection?.requestFlush() }

    func connectionDidOpen(_ connection: TCPConnection) {}
    func connection(_ connection: TCPConnection, didRead bytes: UnsafeRawBufferPointer) {
        _ = session?.receive(bytes)
    }
    func connection(_ connection: TCPConnection, fill output: ByteQueue, limit: Int) {
        _ = session?.drain(into: output, limit: limit)
    }
    func connectionDidEndInput(_ connection: TCPConnection) -> Bool { false }
    func connection(_ tcp: TCPConnection, didClose reason: TCPCloseReason) {
        connection = nil
        answer.isEnded = true
    }
}
