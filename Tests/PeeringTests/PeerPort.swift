import EventLoops
import LogTesting
import Observability
import Paxos
import PaxosCodec
import Replication
import Transport
import WriteAheadLog

@testable import Peering

/// A node behind its peer port, on the test's own thread: a real replica over a disk in memory.
final class PeerPort {
    static let cluster = ClusterID(0xc1)
    static let own = ReplicaID(0x11)
    static let other = ReplicaID(0x12)

    let loop: EventLoop
    let replica: Replica
    let hub: PeerHub
    private let server: Server

    /// - Parameter peerURL: where the other member is said to be; nil: there is none, and the node is a cluster by
    ///   itself.
    init(
        loop: EventLoop = EventLoop(), peerURL: String? = nil,
        change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        self.loop = loop
        let replica = try Self.replica(loop, peerURLs: [peerURL].compactMap(\.self))
        self.replica = replica
        let peers = [peerURL].compactMap(\.self).map {
            PeerAddress(replica: Self.other, name: "other", urls: [$0].compactMap { PeerURL($0) })
        }
        hub = PeerHub(
            loop: loop, replica: replica, own: Self.own, peers: peers, metrics: ServerMetrics(),
            logger: Logger(component: "test", sink: .silent), seed: 7)
        replica.link = hub
        let router = Router()
        hub.register(on: router)
        var configuration = PeerHub.serverConfiguration(
            addresses: [.init(host: "127.0.0.1", port: 0)])
        change(&configuration)
        server = Server(loop: loop, configuration: configuration, router: router)
        try server.start()
        replica.start()
        hub.start()
        loop.schedule(afterMilliseconds: 10, repeating: 10) { [hub] in hub.report() }
    }

    var port: UInt16 { server.ports.first ?? 0 }

    var openConnections: Int { server.openConnections }

    /// A stream to this node that has said nothing yet.
    func call(_ kind: LaneKind) -> (connection: ClientConnection, stream: ClientStream) {
        let connection = ClientConnection(
            loop: loop, configuration: ClientConfiguration(host: "127.0.0.1", port: port))
        return (connection, connection.stream(kind.path))
    }

    /// The hello of a node that belongs to the cluster and is no member.
    static func hello(of replica: UInt64) -> [UInt8] {
        LaneMessage.encode(
            Hello(
                cluster: cluster, replica: ReplicaID(replica), incarnation: Incarnation(1),
                boot: BootNumber(1), nonce: 3, earlierStarts: [], isEmpty: false,
                memberListHash: 9, genesis: nil, remembered: nil, clientURLs: [],
                productVersion: "test"))
    }

    /// Runs the loop until `condition` holds, at most `seconds`; says whether it does.
    func run(seconds: UInt64 = 20, until condition: () -> Bool) -> Bool {
        let end = loop.now + seconds * 1_000_000_000
        while !condition() && loop.now < end { loop.runOnce(waiting: true) }
        return condition()
    }

    private static func replica(_ loop: EventLoop, peerURLs: [String]) throws -> Replica {
        let disk = ForgetfulDisk()
        var listed = [
            ListedMember(replica: own, name: "own", peerURLs: ["http://127.0.0.1:2380"])
        ]
        if !peerURLs.isEmpty {
            listed.append(ListedMember(replica: other, name: "other", peerURLs: peerURLs))
        }
        let identity = Identity(
            replica: own, memberName: "own", clusterTokenHash: 5, incarnation: Incarnation(1),
            salt: 0x5a17)
        let logger = Logger(component: "test", sink: .silent)
        let parts = try Recovery.run(
            disk: disk, identity: identity, nonce: 3, options: LogOptions(segmentBytes: 1 << 20),
            logger: logger, saveIdentity: { _ in })
        let replica = Replica(
            configuration: ReplicaConfiguration(
                replica: own, name: "own", listed: listed, memberListHash: 9, mayForm: true,
                clientURLs: ["http://127.0.0.1:2379"], electionTimeoutMilliseconds: 50,
                heartbeatMilliseconds: 10, requestTimeoutMilliseconds: 200,
                productVersion: "test", seed: 1),
            parts: parts, metrics: ServerMetrics(), logger: logger,
            clockMilliseconds: { loop.now / 1_000_000 }, clusterID: { _ in cluster },
            requestTurn: { loop.wake() }, halt: { fatalError($0) }, renew: { fatalError($0) })
        loop.onTurnEnd.append {
            repeat { replica.endOfTurn() } while disk.completeNext()
        }
        loop.schedule(afterMilliseconds: 1, repeating: 2) { replica.tick() }
        return replica
    }
}
