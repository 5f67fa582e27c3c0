import EventLoops
import LogTesting
import Observability
import Paxos
import Replication
import Watching
import WriteAheadLog

/// A real replica on a loop, over a disk in memory.
final class TestNode {
    let replica: Replica
    /// Set `hasFailed`, and nothing becomes durable any more.
    let disk = ForgetfulDisk()

    /// - Parameters:
    ///   - index: this node's place in the list of members.
    ///   - memberCount: 1 forms a cluster by itself.
    init(
        loop: EventLoop, index: UInt64 = 0, memberCount: UInt64 = 1,
        requestTimeoutMilliseconds: UInt64 = 200, watches: WatchPlan = .standard
    ) throws {
        let disk = disk
        let listed = Self.listed(memberCount)
        let own = listed[Int(index)]
        let identity = Identity(
            replica: own.replica, memberName: own.name, clusterTokenHash: 5,
            incarnation: Incarnation(1), salt: 0x5a17)
        let logger = Logger(component: "test", sink: .silent)
        let parts = try Recovery.run(
            disk: disk, identity: identity, nonce: 3 + index,
            options: LogOptions(segmentBytes: 1 << 20), logger: logger, saveIdentity: { _ in })
        var configuration = ReplicaConfiguration(
            replica: own.replica, name: own.name, listed: listed, memberListHash: 9,
            mayForm: true, clientURLs: ["http://127.0.0.1:2379"],
            electionTimeoutMilliseconds: memberCount == 1 ? 50 : 500,
            heartbeatMilliseconds: 10, requestTimeoutMilliseconds: requestTimeoutMilliseconds,
            productVersion: "test", seed: 1 + index)
        configuration.watches = watches
        replica = Replica(
            configuration: configuration, parts: parts, metrics: ServerMetrics(), logger: logger,
            clockMilliseconds: { loop.now / 1_000_000 }, clusterID: { _ in ClusterID(0xc1) },
            requestTurn: { loop.wake() }, halt: { fatalError($0) },
            renew: { fatalError($0) })
        let replica = replica
        loop.onTurnEnd.append {
            repeat { replica.endOfTurn() } while disk.completeNext()
        }
        loop.schedule(afterMilliseconds: 1, repeating: 2) { replica.tick() }
    }

    private static func listed(_ count: UInt64) -> [ListedMember] {
        (0..<count).map { index in
            ListedMember(
                replica: ReplicaID(0x11 + index), name: "node \(index)",
                peerURLs: ["http://127.0.0.1:\(2380 + index)"])
        }
    }
}
