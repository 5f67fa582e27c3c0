import Basics
import EtcdMessages
import GRPC
import Protobuf
import Replication
import Testing
import Transport

@testable import Authentication
@testable import EtcdAPI

/// More log-ins than can be looked at: those whose callers have gone cost nothing, and so many wait and no more.
@Suite("A flood of log-ins")
struct LogInFloodTests {
    private let harness: DoorHarness
    private let users: UserHarness
    /// The threads for slow work wait for it.
    private let isOpen = Monitor(false)

    init() throws {
        harness = try DoorHarness()
        users = try UserHarness(harness)
        try users.addUser("u")
        try users.enable()
        for _ in 0..<Authentication.Limits.slowThreads {
            let isTaken = harness.keeper.slow.run(lane: SlowLane.logIns, isWanted: { true }) {
                [isOpen] in
                isOpen.wait { $0 ? () : nil }
                return .wrongPassword
            } then: { _ in
            }
            #expect(isTaken)
        }
    }

    private var waitingCount: Int { harness.keeper.slow.waitingCount(lane: SlowLane.logIns) }

    private let request = AuthenticateRequest.with {
        ($0.name, $0.password) = ("u", "password of u")
    }.serializedBytes()

    @Test func soManyWaitAndTheNextOneIsToldToComeAgain() throws {
        var ends: [GRPCStatus?] = []
        for _ in 0..<Authentication.Limits.logInsMax {
            harness.client.unary(AuthMethods.authenticate, request) { result in
                if case .failure(let failure) = result { return ends.append(failure.status) }
                ends.append(nil)
            }
        }
        harness.run { waitingCount == Authentication.Limits.logInsMax }
        let failure = try users.failure(AuthMethods.authenticate, request, [])
        #expect(failure?.status == EtcdError.tooManyRequests.status)
        #expect(failure?.code == .resourceExhausted)
        let json = try harness.http(
            "POST", "/v3/auth/authenticate", text: #"{"name":"u","password":"password of u"}"#)
        #expect(json.status == 429 && json.text.contains(EtcdError.tooManyRequests.text))
        #expect(ends.isEmpty)
        // A new password is not held up by them.
        var isHashed = false
        harness.keeper.hash("new", isWanted: { true }) { _ in isHashed = true }
        isOpen.update { $0 = true }
        #expect(harness.run { isHashed })
        #expect(ends.count < Authentication.Limits.logInsMax / 2)
        #expect(harness.run { ends.count == Authentication.Limits.logInsMax })
        #expect(ends.allSatisfy { $0 == nil }, "all others are let in")
        #expect(harness.keeper.slow.droppedCount == 0)
    }

    @Test func thePasswordsOfThoseWhoHaveGoneAreNotLookedAt() throws {
        let revision = harness.replica.status.appliedSlot
        let calls = (0..<50).map { _ in
            harness.client.unary(AuthMethods.authenticate, request) { _ in }
        }
        let timely = harness.client.unary(
            AuthMethods.authenticate, request, timeoutMilliseconds: 50
        ) { _ in }
        let text = #"{"name":"u","password":"password of u"}"#
        let open = (0..<20).map { _ in
            harness.request(
                "POST", "/v3/auth/authenticate", body: Array(text.utf8))
        }
        harness.run { waitingCount == 71 }
        for call in calls { call.cancel() }
        for request in open { request.close() }
        harness.run { !timely.isOpen }
        // Known to the server when it has answered something that was sent later.
        let _: AuthStatusResponse = try harness.call(AuthMethods.authStatus, AuthStatusRequest())
        _ = try harness.http("GET", "/version")
        isOpen.update { $0 = true }
        try users.login("u")
        #expect(harness.keeper.slow.droppedCount == 71)
        #expect(try users.put("k", as: "u")?.status == EtcdError.permissionDenied.status)
        #expect(harness.replica.status.appliedSlot <= revision + 4, "and no token was issued")
    }
}
