import EtcdMessages
import GRPC
import Paxos
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

@testable import EtcdAPI

/// `hasleader`: who asks for a leader is not served without one, and is not kept waiting for one for long.
struct LeaderlessTests {
    private static let metadata = [("hasleader", "true")]

    /// A streaming call and how it ended.
    private final class Call {
        let stream: ClientStream
        private(set) var end: GRPCStatus?

        init(
            _ harness: DoorHarness, _ path: String, _ message: [UInt8],
            metadata: [(String, String)]
        ) {
            stream = harness.client.stream(path, metadata: metadata)
            stream.onClose = { [weak self] in self?.end = $0 }
            stream.send(message)
        }
    }

    private func open(_ harness: DoorHarness, _ metadata: [(String, String)]) -> [Call] {
        let watch = WatchRequest.with { $0.createRequest.key = [7] }
        let observe = LeaderRequest.with { $0.name = [7] }
        return [
            (WatchMethods.watch, watch.serializedBytes()),
            (LeaseMethods.leaseKeepAlive, [UInt8]()),
            (ElectionMethods.observe, observe.serializedBytes()),
        ].map { Call(harness, $0, $1, metadata: metadata) }
    }

    /// Ticks of 100 ms in three election time-outs of the cluster, which has 500 ms.
    private let patience = 15

    @Test func openCallsThatAskedForALeaderEndAfterThreeElectionTimeouts() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let (leader, node) = try cluster.leaderAndFollower()
        node.etcd.tick()
        let owner: LockResponse = try node.call(
            LockMethods.lock, LockRequest.with { $0.name = [7] })
        #expect(!owner.key.isEmpty)
        let (asking, others) = (open(node, Self.metadata), open(node, []))
        let body = Array(#"{"create_request":{"key":"Bw=="}}"#.utf8)
        let line = node.request(
            "POST", "/v3/watch", headers: ["grpc-metadata-hasleader: true"], body: body)
        var waiting: Result<[UInt8], GRPCFailure>?
        let lock = LockRequest.with { $0.name = [7] }.serializedBytes()
        node.client.unary(LockMethods.lock, lock, metadata: Self.metadata) { waiting = $0 }
        #expect(node.run { node.etcd.streams.count == 7 && line.text.contains("created") })
        #expect(node.run { node.replica.machine.leases.count == 2 })
        func areOpen() -> Bool {
            asking.allSatisfy { $0.end == nil } && !line.isAnswered && waiting == nil
        }
        // A leader that is lost for less does not matter.
        cluster.harnesses.forEach { $0.replica.kill(.proposer) }
        #expect(node.run { node.replica.status.leader == 0 })
        for _ in 0..<patience { node.etcd.tick() }
        #expect(node.etcd.streams.count == 7)
        leader.replica.revive(.proposer, hasAmnesia: false)
        #expect(node.run { node.replica.status.leader != 0 })
        node.etcd.tick()
        leader.replica.kill(.proposer)
        #expect(node.run { node.replica.status.leader == 0 })
        for _ in 0..<patience { node.etcd.tick() }
        #expect(areOpen())
        node.etcd.tick()
        let end = EtcdError.noLeader.status
        #expect(node.run { asking.allSatisfy { $0.end != nil } && line.isAnswered })
        #expect(asking.map(\.end) == [end, end, end])
        #expect(line.text.contains(#"{"error":{"code":14,"message":"etcdserver: no leader""#))
        #expect(node.run { waiting != nil })
        if case .failure(let failure)? = waiting {
            #expect(failure.status == end)
        } else {
            Issue.record("the lock was given")
        }
        #expect(others.allSatisfy { $0.end == nil })
        #expect(node.etcd.streams.count == 3)
        let late = open(node, Self.metadata)
        #expect(node.run { late.allSatisfy { $0.end == end } })
    }

    /// Every unary method, whatever it would answer.
    @Test func unaryCallsThatAskForALeaderAreRefused() throws {
        let harness = try DoorHarness(isAlone: true)
        for path in KVMethods.all + LeaseMethods.all + MaintenanceMethods.all + AuthMethods.all
        where ![
            KVMethods.rangeStream, LeaseMethods.leaseKeepAlive, MaintenanceMethods.snapshot,
        ].contains(path) {
            let failure = try harness.failure(path, [], metadata: Self.metadata)
            #expect(failure.status == EtcdError.noLeader.status, "\(path)")
        }
        let status: StatusResponse = try harness.call(
            MaintenanceMethods.status, StatusRequest(), metadata: [("hasleader", "false")])
        #expect(status.leader == 0)
        let answer = try harness.http(
            "POST", "/v3/maintenance/status", headers: ["grpc-metadata-hasleader: true"],
            text: "{}")
        #expect(answer.status == 503 && answer.text.contains(EtcdError.noLeader.text))
        #expect(try harness.http("POST", "/v3/maintenance/status", text: "{}").status == 200)
    }
}
