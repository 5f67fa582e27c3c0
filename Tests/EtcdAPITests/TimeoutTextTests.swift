import EtcdMessages
import EventLoops
import GRPC
import Paxos
import Protobuf
import Replication
import Testing
import Transport

@testable import EtcdAPI

/// What those are told whose time ran out: etcd's text for each cause.
struct TimeoutTextTests {
    private func begin(
        _ harness: DoorHarness, _ path: String, _ request: some ProtobufMessage
    ) -> Call {
        let call = Call()
        harness.client.unary(path, request.serializedBytes()) { call.result = $0 }
        return call
    }

    private final class Call {
        var result: Result<[UInt8], GRPCFailure>?

        var failure: GRPCFailure? {
            if case .failure(let failure)? = result { failure } else { nil }
        }

        /// What a write's end says of whether it ran.
        var outcome: String? { failure?.trailers.first { $0.0 == "synod-outcome" }?.1 }
    }

    private let put = PutRequest.with { $0.key = [1] }
    private let range = RangeRequest.with { $0.key = [1] }

    private func isOfReads(_ message: Message) -> Bool {
        switch message {
        case .readRound, .readRoundAnswer, .readRequest, .readAnswer: true
        default: false
        }
    }

    @Test func aReadThatNobodyConfirmsTimesOut() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 300)
        let (_, follower) = try cluster.leaderAndFollower()
        cluster.hold { message, _ in isOfReads(message) }
        let read = begin(follower, KVMethods.range, range)
        #expect(follower.run { read.result != nil })
        #expect(read.failure?.status == EtcdError.timedOut.status)
    }

    @Test func aReadThatLosesItsLeaderToAnotherIsToldSo() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 4_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        let former = follower.replica.status.leader
        cluster.hold { message, _ in isOfReads(message) }
        let read = begin(follower, KVMethods.range, range)
        #expect(follower.run { cluster.holdsSome })
        leader.replica.kill(.proposer)
        #expect(follower.run { ![0, former].contains(follower.replica.status.leader) })
        #expect(follower.run { read.result != nil })
        #expect(read.failure?.status == EtcdError.leaderChanged.status)
        #expect(read.outcome == nil)
        cluster.release()
        let again = begin(follower, KVMethods.range, range)
        #expect(follower.run { (try? again.result?.get()) != nil })
    }

    @Test func aReadThatIsConfirmedAndNotAppliedIsToldSo() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 300)
        let (leader, follower) = try cluster.leaderAndFollower()
        let behind = follower.replica.configuration.replica
        cluster.hold { message, peer in
            if case .readAnswer = message { return false }
            return peer == behind
        }
        try leader.put("k", "v")
        let read = begin(follower, KVMethods.range, range)
        #expect(follower.run { read.result != nil })
        #expect(read.failure?.status == EtcdError.timedOutApplying.status)
        let health = try follower.http("GET", "/readyz/linearizable_read")
        #expect(health.text.contains(EtcdError.timedOutApplying.text))
    }

    @Test func aWriteWhoseLeaderFailedIsToldSo() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 2_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        cluster.hold(leader)
        let write = begin(follower, KVMethods.put, put)
        #expect(follower.run { cluster.holdsSome })
        for harness in cluster.harnesses { harness.replica.kill(.proposer) }
        #expect(follower.run { write.result != nil })
        #expect(write.failure?.status == EtcdError.timedOutLeaderFailed.status)
        #expect(write.outcome == "unknown")
    }

    @Test func aWriteWhoseWayToTheLeaderBrokeIsToldSo() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 300)
        let (leader, follower) = try cluster.leaderAndFollower()
        cluster.hold(leader)
        let write = begin(follower, KVMethods.put, put)
        #expect(follower.run { cluster.holdsSome })
        let later = follower.loop.now + 20_000_000
        follower.run { follower.loop.now > later }
        // Another connection has taken the place of the one that it went by.
        follower.replica.connected(leader.replica.configuration.replica)
        #expect(follower.run { write.result != nil })
        #expect(write.failure?.status == EtcdError.timedOutConnectionLost.status)
        #expect(write.outcome == "unknown")
    }

    @Test func aWriteOfALeaderThatIsAloneIsToldSo() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 300)
        let (leader, _) = try cluster.leaderAndFollower()
        cluster.hold(leader)
        for other in cluster.harnesses where other !== leader {
            leader.replica.disconnected(other.replica.configuration.replica)
        }
        let write = begin(leader, KVMethods.put, put)
        #expect(leader.run { write.result != nil })
        #expect(write.failure?.status == EtcdError.timedOutConnectionLost.status)
        #expect(write.outcome == "unknown")
    }
}
