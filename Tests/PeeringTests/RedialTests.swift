import Basics
import EventLoops
import Replication
import Testing

@testable import Peering

/// How often a peer is called whose connections end.
@Suite("Redialing")
struct RedialTests {
    @Test("a peer that takes a hello and ends the connection is not called without a pause")
    func refused() throws {
        let loop = EventLoop()
        let peer = try SilentServer(loop)
        let url = try #require(PeerURL("http://127.0.0.1:\(peer.port)"))
        var dialer: LaneDialer?
        let made = LaneDialer(
            loop: loop, urls: [url], kind: .express, random: SeededRandom(seed: 1), tls: { nil }
        ) { _, _ in
            loop.schedule(afterMilliseconds: 1) {
                dialer?.succeeded()
                dialer?.streamEnded()
            }
        }
        dialer = made
        made.dial()
        defer { made.stop() }
        // Pauses of at most 10, 20, 40 … 500 ms: seven calls in a second, or a few more.
        let end = loop.now + 1_000_000_000
        let ticker = loop.schedule(afterMilliseconds: 10, repeating: 10) {}
        defer { ticker.cancel() }
        while loop.now < end { loop.runOnce(waiting: true) }
        #expect((3...20).contains(peer.connectionCount), "\(peer.connectionCount) calls")
    }
}
