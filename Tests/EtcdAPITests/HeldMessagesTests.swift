import EtcdMessages
import GRPC
import Paxos
import Protobuf
import Replication
import StateMachine
import Testing
import Transport

@testable import EtcdAPI

/// What waits while a node that lags asks for its callers' rights.
@Suite struct HeldMessagesTests {
    /// Nearly the largest message.
    private static let messageBytes = 2_000_000

    /// A stream that root alone may begin, and that nobody is allowed yet.
    private final class Call {
        let stream: ClientStream
        private(set) var end: GRPCStatus?

        /// All of its messages are on their way when it is made.
        init(
            _ harness: DoorHarness, messages count: Int, of bytes: Int = messageBytes,
            metadata: [(String, String)] = []
        ) throws {
            stream = harness.client.stream(MaintenanceMethods.snapshot, metadata: metadata)
            stream.onClose = { [weak self] in self?.end = $0 }
            for _ in 0..<count { stream.send([UInt8](repeating: 0, count: bytes)) }
            try #require(harness.run { harness.client.bufferedBytes == 0 || end != nil })
        }
    }

    @Test func messagesOfStreamsCountWithWhatAllMayTakeTogether() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 60_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        try UserHarness(leader).enable()
        #expect(follower.run { follower.replica.machine.auth.isEnabled })
        let behind = follower.replica.configuration.replica
        cluster.hold { message, peer in
            if case .readAnswer = message { return peer == behind }
            return false
        }
        let asked = follower.etcd.services.gate.asked
        let (empty, tooMany) = (EtcdError.userEmpty.status, EtcdError.tooManyRequests.status)
        // The messages of two streams and another one fit, those of three do not.
        let perCall = EtcdAPI.Limits.heldMessagesMax
        let cost = Self.messageBytes + EtcdAPI.Limits.askedMessageBytes
        let first = try Call(follower, messages: perCall)
        let second = try Call(follower, messages: perCall)
        let third = try Call(follower, messages: perCall)
        #expect(follower.run { third.end != nil })
        #expect(third.end == tooMany && first.end == nil && second.end == nil)
        #expect(asked.count == 2 * perCall * cost)
        // Unary calls take of the same: one that has no room is answered at once.
        let single = try Call(follower, messages: 1)
        let put = PutRequest.with {
            ($0.key, $0.value) = ([1], [UInt8](repeating: 0, count: 1_000_000))
        }
        #expect(try follower.failure(KVMethods.put, put.serializedBytes()).status == empty)
        // Who goes away leaves room for another one.
        first.stream.cancel()
        let fourth = try Call(follower, messages: perCall - 1)
        #expect(try follower.failure(HealthMethods.check, [0xff]).code == .internal)
        #expect([second.end, single.end, fourth.end] == [nil, nil, nil])
        #expect(asked.count == 2 * perCall * cost)
        cluster.release()
        #expect(follower.run { second.end != nil && single.end != nil && fourth.end != nil })
        #expect([second.end, single.end, fourth.end] == [empty, empty, empty])
        #expect(asked.count == 0)
    }

    @Test func whatAMethodTakesIsHeldNoMore() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 60_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        let users = try UserHarness(leader)
        try users.enable()
        #expect(follower.run { follower.replica.machine.auth.isEnabled })
        let asked = follower.etcd.services.gate.asked
        // It does not hear of the token.
        cluster.hold(follower)
        try users.login("root")
        let call = try Call(follower, messages: 1, of: 0, metadata: users.metadata("root"))
        #expect(follower.run { asked.count > 0 })
        #expect(call.end == nil)
        cluster.release()
        #expect(follower.run { call.end != nil })
        // The method's own word: there is no base.
        #expect(call.end?.code == .failedPrecondition && asked.count == 0)
    }
}
