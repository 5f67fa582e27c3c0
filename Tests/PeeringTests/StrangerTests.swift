import Basics
import EventLoops
import GRPC
import Observability
import Paxos
import Replication
import Testing
import Transport

@testable import Peering

/// What becomes of those who call a peer port and are nobody, or say nothing.
@Suite("Strangers at a peer port")
struct StrangerTests {
    @Test("a guest that ends its stream leaves its place")
    func halfClosedGuest() throws {
        let node = try PeerPort()
        #expect(node.run { node.replica.status.leader != 0 })
        for kind in LaneKind.allCases {
            let (connection, stream) = node.call(kind)
            defer { connection.close() }
            var answers = 0
            stream.onMessage = { _ in answers += 1 }
            stream.send(PeerPort.hello(of: 0x77))
            #expect(node.run { answers > 0 })
            #expect(node.hub.sessions.map(\.replica) == [ReplicaID(0x77)])
            stream.halfClose()
            #expect(node.run(seconds: 5) { node.hub.sessions.isEmpty }, "\(kind)")
        }
    }

    @Test("who says no hello is not waited for, whoever has called")
    func noHello() throws {
        // The other member takes connections, and says nothing.
        let loop = EventLoop()
        let silent = try SilentServer(loop)
        let node = try PeerPort(loop: loop, peerURL: "http://127.0.0.1:\(silent.port)")
        let (connection, stream) = node.call(.express)
        defer { connection.close() }
        var status: GRPCStatus?
        stream.onClose = { status = $0 }
        #expect(node.run { status != nil })
        #expect(status?.message == "no hello came in time")
        // Each lane is dialed anew.
        #expect(node.run { silent.connectionCount >= 2 * LaneKind.allCases.count })
    }

    @Test("a guest that brings no frame gives its place to another; a member keeps its own")
    func silentGuest() {
        let second: UInt64 = 1_000_000_000
        let guestSeconds = Limits.guestMilliseconds / 1_000
        let address = PeerAddress(replica: ReplicaID(0x77), name: "", urls: [])
        let metrics = ServerMetrics().peer("guest")
        let guest = PeerSession(address: address, metrics: metrics, isGuest: true, now: second)
        #expect(!guest.isSilent(forMilliseconds: 1_000, at: guestSeconds * second))
        #expect(guest.isSilent(forMilliseconds: 1_000, at: (guestSeconds + 2) * second))
        guest.isGuest = false
        #expect(!guest.isSilent(forMilliseconds: 1_000, at: .max))
    }

    @Test("a connection on which nothing is open is closed, and a lane is not")
    func emptyConnections() throws {
        // The real times, made short.
        let node = try PeerPort {
            $0.unusedMilliseconds /= 20
            $0.handshakeMilliseconds = 500
        }
        let unused = ClientConnection(
            loop: node.loop, configuration: ClientConfiguration(host: "127.0.0.1", port: node.port))
        let (lane, stream) = node.call(.express)
        stream.send(PeerPort.hello(of: 0x77))
        #expect(node.run { unused.isOpen && node.hub.sessions.count == 1 })
        #expect(node.run { unused.isClosed })
        #expect(!lane.isClosed)
    }

    @Test("a lane that was taken is pinged, and given up when nothing comes")
    func takenPings() throws {
        let node = try PeerPort {
            $0.unusedMilliseconds = 0
            $0.keepAlive.intervalMilliseconds /= 50
            $0.keepAlive.timeoutMilliseconds /= 50
            $0.handshakeMilliseconds = 500
        }
        let peer = SilentClient(node.loop, port: node.port)
        #expect(node.run { peer.isOpen && node.openConnections == 1 })
        #expect(node.run { node.openConnections == 0 })
    }

    @Test("a dialed lane is pinged, and given up when nothing comes")
    func dialedPings() throws {
        let loop = EventLoop()
        let silent = try SilentServer(loop)
        let url = try #require(PeerURL("http://127.0.0.1:\(silent.port)"))
        var configuration = LaneDialer.configuration(of: .bulk, to: url)
        configuration.keepAliveMilliseconds /= 50
        configuration.keepAliveTimeoutMilliseconds /= 50
        let connection = ClientConnection(loop: loop, configuration: configuration)
        _ = connection.stream(LaneKind.bulk.path)
        let end = loop.now + 20_000_000_000
        let ticker = loop.schedule(afterMilliseconds: 10, repeating: 10) {}
        defer { ticker.cancel() }
        while !connection.isClosed && loop.now < end { loop.runOnce(waiting: true) }
        #expect(connection.isClosed)
    }
}
