import Basics
import Testing

@testable import HTTP

/// A connection that changes from HTTP/1.1 to something else.
@Suite("upgrades")
struct UpgradeTests {
    private static let request =
        "GET /socket HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n"

    @Test("the wish is told, and without an answer to it HTTP/1.1 goes on")
    func wishes() {
        let recorder = Recorder()
        recorder.send(Self.request + "GET /next HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n")
        recorder.send("GET /old HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        #expect(recorder.requests.map(\.target) == ["/socket", "/next", "/old"])
        #expect(recorder.requests.map(\.asksUpgrade) == [true, false, false])
    }

    @Test("bytes behind the request are the new protocol's, however they come", arguments: 1...4)
    func bytes(size: Int) throws {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.upgrades = true
        let bytes = Array((Self.request + "GET / HTTP/1.1\r\n\r\n\u{0}").utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            recorder.send(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(recorder.requests.count == 1)
        #expect(recorder.upgraded == Array("GET / HTTP/1.1\r\n\r\n\u{0}".utf8))
        let session = try #require(recorder.session)
        #expect(session.isStreaming && session.awaitsBody)
        session.sendUpgraded([1, 2])
        #expect(
            recorder.output()
                == "HTTP/1.1 101 Switching Protocols\nx: y\nconnection: Upgrade\nupgrade: other\n\n"
                + "\u{1}\u{2}")
        session.finishUpgraded()
        #expect(recorder.isFinished)
        recorder.send("more")
        #expect(!recorder.upgraded.contains(UInt8(ascii: "m")))
    }

    @Test("who is not taken, or does not read, has to wait")
    func backpressure() throws {
        let recorder = Recorder()
        recorder.answersAtOnce = false
        recorder.upgrades = true
        recorder.send(Self.request)
        let session = try #require(recorder.session)
        session.pauseBody()
        recorder.send([UInt8](repeating: 1, count: Limits.pipelinedBytesMax + 1))
        #expect(recorder.upgraded.isEmpty && session.isInputFull)
        session.resumeBody()
        #expect(recorder.upgraded.count == Limits.pipelinedBytesMax + 1 && !session.isInputFull)
        session.sendUpgraded([UInt8](repeating: 2, count: Limits.streamDrainedBytes + 1))
        recorder.send([9])
        #expect(recorder.upgraded.last == 1)
        _ = recorder.output()
        #expect(recorder.upgraded.last == 9)
    }
}
