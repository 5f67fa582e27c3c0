import EventLoops
import LogTesting
import Observability
import Paxos
import Replication
import WriteAheadLog

/// A real replica on a loop, over a disk in memory.
final class TestNode {
    let replica: Replica

    /// - Parameter isAlone: two more members are listed that never come: no cluster is formed.
    init(loop: EventLoop, isAlone: Bool) throws {
        let disk = ForgetfulDisk()
        let identity = Identity(
            replica: ReplicaID(0x11), memberName: "one", clusterTokenHash: 5,
            incarnation: Incarnation(1), salt: 0x5a17)
        let logger = Logger(component: "test", sink: .silent)
        let parts = try Recovery.run(
            disk: disk, identity: identity, nonce: 3,
            options: LogOptions(segmentBytes: 1 << 20), logger: logger, saveIdentity: { _ in })
        replica = Replica(
            configuration: Self.configuration(memberCount: isAlone ? 3 : 1), parts: parts,
            metrics: ServerMetrics(), logger: logger,
            clockMilliseconds: { loop.now / 1_000_000 }, clusterID: { _ in ClusterID(0xc1) },
            requestTurn: { loop.wake() }, halt: { fatalError($0) })
        let replica = replica
        loop.onTurnEnd.append {
            repeat { replica.endOfTurn() } while disk.completeNext()
        }
        loop.schedule(afterMilliseconds: 1, repeating: 2) { replica.tick() }
        replica.start()
    }

    private static func configuration(memberCount: UInt64) -> ReplicaConfiguration {
        let listed = (0..<memberCount).map { index in
            ListedMember(
                replica: ReplicaID(0x11 + index), name: index == 0 ? "one" : "other \(index)",
                peerURLs: ["http://127.0.0.1:\(2380 + index)"])
        }
        return ReplicaConfiguration(
            replica: ReplicaID(0x11), name: "one", listed: listed, memberListHash: 9,
            mayForm: true, clientURLs: ["http://127.0.0.1:2379"], electionTimeoutMilliseconds: 50,
            heartbeatMilliseconds: 10, requestTimeoutMilliseconds: 200, productVersion: "test",
            seed: 1)
    }
}
