import Basics
import Testing

@testable import HTTP

/// Bodies that are handed over as they come, while their request is answered.
@Suite("open bodies")
struct OpenBodyTests {
    private static let head =
        "POST /open HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let next = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"

    private func text(_ recorder: Recorder) -> String {
        String(decoding: recorder.pieces, as: UTF8.self)
    }

    @Test("the request comes before its body, and the answer may flow between the pieces")
    func pieces() {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.send(Self.head)
        #expect(recorder.requests.map(\.target) == ["/open"])
        #expect(recorder.requests[0].hasOpenBody)
        recorder.send("3\r\none\r\n")
        #expect(text(recorder) == "one")
        recorder.session?.start(status: 200, headers: [])
        recorder.session?.send(Array("1".utf8))
        #expect(recorder.output().hasSuffix("chunked\n\n1\n1\n"))
        recorder.send("3\r\ntw")
        recorder.send("o\r\n0\r\n\r\n" + Self.next)
        #expect(text(recorder) == "onetwo")
        #expect(recorder.endedBodies == 1)
        // The next request waits for the end of the answer, not of the body.
        #expect(recorder.requests.count == 1)
        recorder.session?.end()
        #expect(recorder.requests.map(\.target) == ["/open", "/next"])
        #expect(!recorder.isFinished)
    }

    @Test("however it is cut, it is the same body", arguments: 1...9)
    func cuts(size: Int) {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        let bytes = Array(
            (Self.head + "4\r\nwiki\r\n5;x=y\r\npedia\r\n0\r\n\r\n" + Self.next).utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            recorder.send(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(text(recorder) == "wikipedia")
        #expect(recorder.endedBodies == 1)
        recorder.answer(recorder.requests[0])
        #expect(recorder.requests.map(\.target) == ["/open", "/next"])
    }

    @Test("one of known length has no limit, and one of none is no open body")
    func lengths() {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.limit = 1
        recorder.send("POST /open HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab")
        #expect(recorder.requests.count == 1 && text(recorder) == "ab")
        recorder.send("cde")
        #expect(text(recorder) == "abcde")
        #expect(recorder.endedBodies == 1)
        recorder.answer(recorder.requests[0])
        for fields in ["Content-Length: 0\r\n", ""] {
            recorder.send("POST /open HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
            #expect(recorder.requests.last?.hasOpenBody == false)
            recorder.answer(recorder.requests[0])
        }
        #expect(recorder.requests.count == 3 && recorder.endedBodies == 1)
    }

    @Test("a client that asks whether to go on is told so before its request is handed over")
    func expectContinue() {
        let recorder = Recorder()
        recorder.send(
            "POST /open HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(recorder.output().hasPrefix("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n"))
        recorder.send("ab" + Self.next)
        #expect(recorder.requests.map(\.target) == ["/open", "/next"])
    }

    @Test("what is left of a body after its answer is thrown away, up to a limit")
    func unwanted() {
        let recorder = Recorder()
        recorder.send(Self.head + "3\r\none\r\n")
        #expect(recorder.requests.count == 1)
        recorder.send("3\r\ntwo\r\n0\r\n\r\n" + Self.next)
        #expect(recorder.requests.map(\.target) == ["/open", "/next"])
        #expect(recorder.pieces.isEmpty && recorder.endedBodies == 0)
        recorder.send(Self.head)
        let piece = [UInt8](repeating: 65, count: Limits.unwantedBodyBytesMax)
        recorder.send(Array("40000\r\n".utf8) + piece + Array("\r\n".utf8))
        _ = recorder.output()
        #expect(!recorder.isFinished)
        recorder.send("1\r\nx\r\n")
        #expect(recorder.isFinished)
    }

    @Test("one that cannot be read ends the connection: before the answer's end, and after it")
    func brokenChunks() {
        for isAnswered in [false, true] {
            let recorder = Recorder()
            recorder.answersAtOnce = isAnswered
            recorder.send(Self.head)
            if !isAnswered { recorder.session?.start(status: 200, headers: []) }
            recorder.send("nonsense\r\n")
            let output = recorder.output()
            #expect(output.hasPrefix("HTTP/1.1 200 OK\n") && !output.contains("400"))
            #expect(recorder.isFinished)
        }
    }

    @Test("chunks that are none are refused with a status as long as one can be told")
    func brokenChunksBeforeTheAnswer() {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.send(Self.head + "nonsense\r\n")
        let output = recorder.output()
        #expect(output.hasPrefix("HTTP/1.1 400 Bad Request\n"))
        #expect(output.contains("connection: close\n"))
        #expect(recorder.isFinished)
    }

    @Test("a client whose requests are not taken, or that reads no answers, has to wait")
    func backpressure() throws {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.send(Self.head)
        let session = try #require(recorder.session)
        #expect(session.awaitsBody)
        session.pauseBody()
        #expect(!session.awaitsBody)
        let piece =
            Array("10000\r\n".utf8) + [UInt8](repeating: 65, count: 0x10000)
            + Array("\r\n".utf8)
        for _ in 0..<9 { recorder.send(piece) }
        #expect(recorder.pieces.isEmpty && session.isInputFull)
        session.resumeBody()
        #expect(recorder.pieces.count == 9 * 0x10000 && !session.isInputFull)
        session.start(status: 200, headers: [])
        session.send([UInt8](repeating: 66, count: Limits.streamDrainedBytes))
        recorder.send("1\r\nx\r\n")
        #expect(recorder.pieces.count == 9 * 0x10000)
        _ = recorder.output()
        #expect(recorder.pieces.count == 9 * 0x10000 + 1)
    }
}
