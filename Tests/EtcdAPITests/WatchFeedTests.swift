import Testing

@testable import RESTAPI
@testable import Transport

/// Watches as server-sent events, and clients that go.
struct WatchFeedTests {
    /// Nobody hears what is said here.
    private final class NoResponder: HTTPResponder {
        var bufferedBytes: Int { 0 }
        func respond(status: Int, headers: [(String, String)], body: [UInt8]) {}
        func start(status: Int, headers: [(String, String)]) {}
        func send(_ bytes: [UInt8]) {}
        func end() {}
        func startWebSocket(headers: [(String, String)], messageBytesMax: Int) -> WebSocket? { nil }
        func holdInput(_ count: Int) {}
        func pauseBody(_ isPaused: Bool) {}
    }

    private func exchange() -> HTTPExchange {
        HTTPExchange(
            method: "GET", target: "/kv/watch?key=a", headers: [], authority: "h",
            remoteAddress: "127.0.0.1:1", isSecure: false, responder: NoResponder())
    }

    @Test func aClientThatHasGoneLeavesNoFeed() throws {
        let harness = try DoorHarness()
        let gone = exchange()
        // While its rights are asked for, say.
        gone.closed()
        harness.rest.answer(gone)
        #expect(harness.rest.feeds.isEmpty)
        let open = exchange()
        harness.rest.answer(open)
        #expect(harness.rest.feeds.count == 1)
        #expect(open.endsWithInput)
        open.closed()
        #expect(harness.rest.feeds.isEmpty)
    }
}
