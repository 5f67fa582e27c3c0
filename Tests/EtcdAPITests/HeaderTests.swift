import EtcdMessages
import GRPC
import MVCC
import Paxos
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

@testable import EtcdAPI

/// What members of one cluster say of themselves, and what they do while nobody leads.
struct HeaderTests {
    private let cluster: TestCluster

    init() throws { cluster = try TestCluster(requestTimeoutMilliseconds: 5_000) }

    private func status(_ harness: DoorHarness) throws -> StatusResponse {
        try harness.call(MaintenanceMethods.status, StatusRequest())
    }

    @Test func membersHaveOneClusterAndIDsAndTermsOfTheirOwn() throws {
        let headers = try cluster.harnesses.map { try $0.put("k", "v").header }
        #expect(Set(headers.map(\.clusterID)).count == 1 && headers[0].clusterID != 0)
        #expect(Set(headers.map(\.memberID)) == Set(cluster.harnesses.map(\.replica.node.memberID)))
        #expect(headers.map(\.revision) == [2, 3, 4])
        let before = try cluster.harnesses.map { try status($0).raftTerm }
        #expect(Set(before).count == 1)
        let (leader, _) = try cluster.leaderAndFollower()
        let former = leader.replica.node.memberID
        leader.replica.kill(.proposer)
        for (harness, term) in zip(cluster.harnesses, before) {
            #expect(harness.run { ![0, former].contains(harness.replica.status.leader) })
            let status = try status(harness)
            #expect(status.raftTerm > term && status.header.raftTerm == status.raftTerm)
            #expect(status.raftAppliedIndex <= status.raftIndex)
            #expect(status.leader != former)
        }
        #expect(try leader.put("k", "v").header.raftTerm > before[0])
    }

    @Test func leadershipIsGivenAwayByItsOwnerOnly() throws {
        let (leader, follower) = try cluster.leaderAndFollower()
        let order = MoveLeaderRequest.with { $0.targetID = follower.replica.node.memberID }
        let refused = try follower.failure(MaintenanceMethods.moveLeader, order.serializedBytes())
        #expect(refused.status == EtcdError.notLeader.status)
        let moved = try leader.http(
            "POST", "/v3/maintenance/transfer-leadership",
            text: "{\"targetID\":\"\(order.targetID)\"}")
        #expect(moved.text == "{}")
        #expect(follower.run { follower.replica.status.isLeader })
    }

    /// A revision that is named does not spare a read its quorum.
    @Test func onlySerializableReadsNeedNoLeader() throws {
        let (leader, follower) = try cluster.leaderAndFollower()
        try leader.put("k", "v")
        #expect(follower.run { follower.replica.machine.keyspace.revision == 2 })
        for harness in cluster.harnesses { harness.replica.kill(.proposer) }
        #expect(follower.run { follower.replica.status.leader == 0 })
        for revision in [0, 2] as [Int64] {
            var range = RangeRequest.with { ($0.key, $0.revision) = ([0x6b], revision) }
            var answer: Result<[UInt8], GRPCFailure>?
            follower.client.unary(KVMethods.range, range.serializedBytes()) { answer = $0 }
            let read = TxnRequest.with { $0.success = [.with { $0.requestRange = range }] }
            var second: Result<[UInt8], GRPCFailure>?
            follower.client.unary(KVMethods.txn, read.serializedBytes()) { second = $0 }
            range.serializable = true
            let here: RangeResponse = try follower.call(KVMethods.range, range)
            #expect(here.kvs.first?.modRevision == 2 && here.header.revision == 2)
            let local = TxnRequest.with { $0.success = [.with { $0.requestRange = range }] }
            let inside: TxnResponse = try follower.call(KVMethods.txn, local)
            #expect(inside.responses.first?.responseRange.count == 1)
            #expect(answer == nil && second == nil, "nobody has confirmed them")
        }
    }
}
