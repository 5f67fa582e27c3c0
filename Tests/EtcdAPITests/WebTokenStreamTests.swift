import EtcdMessages
import GRPC
import Protobuf
import Replication
import Signatures
import StateMachine
import Testing
import Transport

@testable import Authentication
@testable import EtcdAPI

/// Signed tokens whose time ends while a stream is open: as in etcd, each of its requests is judged when it comes, and
/// what was granted before goes on.
struct WebTokenStreamTests {
    private final class Clock {
        var seconds: Int64 = 1_000
    }

    private let clock = Clock()
    private let harness: DoorHarness
    private let users: UserHarness
    private let invalid = EtcdError.invalidToken.status

    init() throws {
        let key = try SignatureKey(.hs256, privateKey: Array("secret".utf8), publicKey: nil)
        let tokens = WebTokens(key: key, lifeSeconds: 300) { [clock] in clock.seconds }
        harness = try DoorHarness(webTokens: tokens)
        users = try UserHarness(harness)
        try users.addRole("r", .readwrite, "m", "n")
        try users.addUser("u", roles: ["r"])
        try users.enable()
        try users.login("u")
    }

    /// A stream, what came on it, and how it ended.
    private final class Streaming<Response: ProtobufMessage> {
        let stream: ClientStream
        private(set) var answers: [Response] = []
        private(set) var end: GRPCStatus?

        init(_ harness: DoorHarness, _ path: String, _ metadata: [(String, String)]) {
            stream = harness.client.stream(path, metadata: metadata)
            stream.onMessage = { [weak self] in
                if let answer = try? Response(serializedBytes: Array($0)) {
                    self?.answers.append(answer)
                }
            }
            stream.onClose = { [weak self] in self?.end = $0 }
        }
    }

    @Test func aWatchGoesOnAndNoOtherBegins() throws {
        let watching = Streaming<WatchResponse>(
            harness, WatchMethods.watch, users.metadata("u"))
        func watch() {
            let create = WatchRequest.with { $0.createRequest.key = Array("m1".utf8) }
            watching.stream.send(create.serializedBytes())
        }
        watch()
        #expect(harness.run { watching.answers.count == 1 })
        #expect(watching.answers[0].created && !watching.answers[0].canceled)
        clock.seconds = 1_301
        watch()
        #expect(harness.run { watching.answers.count == 2 })
        let refused = watching.answers[1]
        #expect(refused.created && refused.canceled && refused.watchID == -1)
        #expect(
            refused.cancelReason
                == "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token")
        try users.login("root")
        #expect(try users.put("m1", as: "root") == nil)
        #expect(harness.run { watching.answers.count == 3 })
        #expect(watching.answers[2].watchID == watching.answers[0].watchID)
        #expect(watching.answers[2].events.count == 1)
        #expect(watching.end == nil)
        watching.stream.cancel()
    }

    @Test func aRenewalIsRefusedAndItsStreamEnds() throws {
        let grant = LeaseGrantRequest.with { ($0.id, $0.ttl) = (7, 600) }
        let _: LeaseGrantResponse = try harness.call(
            LeaseMethods.leaseGrant, grant, metadata: users.metadata("u"))
        let renewal = LeaseKeepAliveRequest.with { $0.id = 7 }.serializedBytes()
        func open() -> Streaming<LeaseKeepAliveResponse> {
            let renewing = Streaming<LeaseKeepAliveResponse>(
                harness, LeaseMethods.leaseKeepAlive, users.metadata("u"))
            renewing.stream.send(renewal)
            return renewing
        }
        let renewing = open()
        #expect(harness.run { renewing.answers.map(\.ttl) == [600] })
        clock.seconds = 1_301
        #expect(renewing.end == nil)
        renewing.stream.send(renewal)
        #expect(harness.run { renewing.end != nil })
        #expect(renewing.end == invalid && renewing.answers.count == 1)
        let late = open()
        #expect(harness.run { late.end != nil })
        #expect(late.end == invalid && late.answers.isEmpty)
        #expect(harness.replica.machine.leases.count == 1)
        try users.login("u")
        let again = open()
        #expect(harness.run { again.answers.map(\.ttl) == [600] })
        again.stream.cancel()
    }
}
