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

/// Calls that wait for longer than their token is good: for a lock, for leadership, for the next leader.
struct LongWaitTests {
    private let harness: DoorHarness
    private let users: UserHarness
    private let clock = Clock()

    private final class Clock {
        var seconds: Int64 = 1_000
    }

    init() throws {
        (harness, users) = try Self.begin(nil)
    }

    private static func begin(_ tokens: WebTokens?) throws -> (DoorHarness, UserHarness) {
        let harness = try DoorHarness(webTokens: tokens)
        let users = try UserHarness(harness)
        try users.addRole("r", .readwrite, "m", "n")
        try users.addUser("u", roles: ["r"])
        try users.enable()
        try users.login("u")
        for id in 1...2 as ClosedRange<Int64> {
            let grant = LeaseGrantRequest.with { ($0.id, $0.ttl) = (id, 600_000) }
            let _: LeaseGrantResponse = try harness.call(
                LeaseMethods.leaseGrant, grant, metadata: users.metadata("u"))
        }
        return (harness, users)
    }

    /// A call for the lock `m`, and what became of it.
    private final class Waiting {
        private(set) var call: ClientCall?
        private(set) var result: Result<LockResponse, GRPCFailure>?

        init(_ harness: DoorHarness, _ users: UserHarness, lease: Int64) {
            let request = LockRequest.with { ($0.name, $0.lease) = (Array("m".utf8), lease) }
            call = harness.client.unary(
                LockMethods.lock, request.serializedBytes(), metadata: users.metadata("u")
            ) { [weak self] result in
                self?.result = result.map { (try? LockResponse(serializedBytes: $0)) ?? .init() }
            }
        }

        var key: [UInt8]? { try? result?.get().key }
        var failure: GRPCStatus? {
            if case .failure(let failure)? = result { failure.status } else { nil }
        }
    }

    /// The keys of all leases.
    private func keys(_ harness: DoorHarness) -> [String] {
        let leases = harness.replica.machine.leases
        return leases.ids.flatMap { leases.row(of: $0)?.keys ?? [] }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func unlock(_ harness: DoorHarness, _ users: UserHarness) throws {
        let request = UnlockRequest.with { $0.key = Array("m/1".utf8) }
        let _: UnlockResponse = try harness.call(
            LockMethods.unlock, request, metadata: users.metadata("u"))
    }

    /// One has the lock, and another one waits for it.
    private func queue(_ harness: DoorHarness, _ users: UserHarness) -> Waiting {
        let owner = Waiting(harness, users, lease: 1)
        #expect(harness.run { owner.key == Array("m/1".utf8) })
        let waiting = Waiting(harness, users, lease: 2)
        #expect(harness.run { keys(harness) == ["m/1", "m/2"] })
        return waiting
    }

    @Test func whoWaitsGetsTheLockWithATokenWhoseTimeIsOver() throws {
        let waiting = queue(harness, users)
        harness.tokenClock.aheadMilliseconds += 301_000
        try users.login("u")
        try unlock(harness, users)
        #expect(harness.run { waiting.result != nil })
        #expect(waiting.key == Array("m/2".utf8))
    }

    @Test func whoGoesLeavesNoKeyWithATokenWhoseTimeIsOver() throws {
        let waiting = queue(harness, users)
        harness.tokenClock.aheadMilliseconds += 301_000
        harness.etcd.tick()
        waiting.call?.cancel()
        #expect(harness.run { keys(harness) == ["m/1"] })
    }

    @Test func changedRightsVoidSignedTokensAndEndNoWait() throws {
        let key = try SignatureKey(.hs256, privateKey: Array("secret".utf8), publicKey: nil)
        let tokens = WebTokens(key: key, lifeSeconds: 300) { [clock] in clock.seconds }
        let (harness, users) = try Self.begin(tokens)
        let waiting = queue(harness, users)
        try users.addUser("other")
        clock.seconds = 1_301
        try users.login("u")
        try unlock(harness, users)
        #expect(harness.run { waiting.result != nil })
        #expect(waiting.key == Array("m/2".utf8))
    }

    @Test func anotherPasswordEndsTheWait() throws {
        let waiting = queue(harness, users)
        let change = AuthUserChangePasswordRequest.with {
            ($0.name, $0.password) = ("u", "password of u")
        }
        let _: AuthUserChangePasswordResponse = try harness.call(
            AuthMethods.userChangePassword, change, metadata: users.metadata("root"))
        try users.login("u")
        try unlock(harness, users)
        #expect(harness.run { waiting.result != nil })
        #expect(waiting.failure == GRPCStatus(.unknown, EtcdError.invalidToken.text))
    }

    @Test func whoObservesHearsOfTheNextLeader() throws {
        func campaign(_ lease: Int64) throws {
            let request = CampaignRequest.with {
                ($0.name, $0.lease, $0.value) = (Array("m".utf8), lease, [UInt8(lease)])
            }
            let _: CampaignResponse = try harness.call(
                ElectionMethods.campaign, request, metadata: users.metadata("u"))
        }
        try campaign(1)
        var seen: [[UInt8]] = []
        let stream = harness.client.stream(
            ElectionMethods.observe, metadata: users.metadata("u"))
        var end: GRPCStatus?
        stream.onClose = { end = $0 }
        stream.onMessage = { message in
            seen.append((try? LeaderResponse(serialized: message))?.kv.value ?? [])
        }
        stream.send(LeaderRequest.with { $0.name = Array("m".utf8) }.serializedBytes())
        #expect(harness.run { seen == [[1]] })
        harness.tokenClock.aheadMilliseconds += 301_000
        try users.login("u")
        try unlock(harness, users)
        try campaign(2)
        #expect(harness.run { seen == [[1], [2]] || end != nil })
        #expect(end == nil)
        stream.cancel()
    }
}
