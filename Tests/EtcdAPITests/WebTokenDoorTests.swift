import EtcdMessages
import GRPC
import LogTesting
import Protobuf
import Replication
import Signatures
import StateMachine
import Testing
import Transport
import WriteAheadLog

@testable import Authentication
@testable import EtcdAPI

/// Signed tokens as clients meet them.
@Suite("Signed tokens through the doors")
struct WebTokenDoorTests {
    /// What time it is.
    private final class Clock {
        var seconds: Int64 = 1_000
    }

    private let clock = Clock()
    private let harness: DoorHarness
    private let users: UserHarness

    init() throws {
        let key = try SignatureKey(.hs256, privateKey: Array("secret".utf8), publicKey: nil)
        let tokens = WebTokens(key: key, lifeSeconds: 300) { [clock] in clock.seconds }
        harness = try DoorHarness(webTokens: tokens)
        users = try UserHarness(harness)
        try users.addRole("r", .readwrite, "m", "n")
        try users.addUser("u", roles: ["r"])
        try users.enable()
    }

    private func status(_ path: String, _ request: some ProtobufMessage, _ token: String) throws
        -> GRPCStatus?
    {
        try users.failure(path, request.serializedBytes(), [("token", token)])?.status
    }

    private let put = PutRequest.with { $0.key = Array("m1".utf8) }
    private let range = RangeRequest.with { $0.key = Array("m1".utf8) }

    @Test func whoLogsInGetsASignedTokenWhichNoLogTellsOf() throws {
        let slot = harness.replica.status.appliedSlot
        for _ in 0..<10 { try users.login("u") }
        #expect(harness.replica.status.appliedSlot < slot + 10)
        let token = try #require(users.tokens["u"])
        let key = try #require(harness.keeper.webTokens).key
        let read = try #require(WebToken(token, signedBy: key))
        #expect(read.user == "u" && read.expiry == 1_300)
        #expect(read.revision == harness.replica.machine.auth.revision)
        #expect(try users.put("m1", as: "u") == nil)
        #expect(try users.put("x", as: "u")?.status == EtcdError.permissionDenied.status)
        #expect(try status(KVMethods.range, range, token) == nil)
        let log = try harness.node.disk.segments().flatMap { harness.node.disk.contents($0.number) }
        let signature = Array(try #require(token.split(separator: ".").last).utf8)
        #expect(!log.isEmpty)
        #expect(
            !log.indices.dropLast(signature.count).contains { start in
                log[start] == signature[0]
                    && log[start..<start + signature.count].elementsEqual(signature)
            })
        let answer = try harness.http(
            "POST", "/v3/kv/put", headers: ["authorization: Bearer \(token)"],
            text: #"{"key":"bTE="}"#)
        #expect(answer.status == 200)
    }

    @Test func aTokenIsVoidWhenItsTimeIsOverOrItIsNone() throws {
        try users.login("u")
        let token = try #require(users.tokens["u"])
        let stranger = try SignatureKey(.hs256, privateKey: Array("another".utf8), publicKey: nil)
        let forged = WebToken(
            user: "root", revision: harness.replica.machine.auth.revision, expiry: 2_000)
        let invalid = EtcdError.invalidToken.status
        let others = [
            String(token.dropLast()), "x", "", "0123456789abcdef0123456789abcdef.7",
            try #require(forged.signed(by: stranger)),
        ]
        let requests: [(String, any ProtobufMessage)] = [
            (KVMethods.put, put), (KVMethods.range, range),
            (ClusterMethods.memberList, MemberListRequest()),
            (AuthMethods.userList, AuthUserListRequest()),
        ]
        for (path, request) in requests {
            for other in others { #expect(try status(path, request, other) == invalid, "\(path)") }
        }
        clock.seconds = 1_300
        #expect(try status(KVMethods.put, put, token) == nil)
        clock.seconds = 1_301
        for (path, request) in requests { #expect(try status(path, request, token) == invalid) }
        try users.login("u")
        #expect(try users.put("m1", as: "u") == nil)
    }

    @Test func aTokenFromBeforeAChangeOfRightsIsOld() throws {
        try users.login("u")
        let token = try #require(users.tokens["u"])
        try users.addUser("another")
        let old = EtcdError.oldAuthRevision.status
        #expect(old.code == .invalidArgument)
        let requests: [(String, any ProtobufMessage)] = [
            (KVMethods.put, put), (KVMethods.range, range),
            (
                KVMethods.range,
                RangeRequest.with { ($0.key, $0.serializable) = (Array("m1".utf8), true) }
            ),
            (KVMethods.deleteRange, DeleteRangeRequest.with { $0.key = Array("m1".utf8) }),
            (KVMethods.txn, TxnRequest()),
            (LeaseMethods.leaseGrant, LeaseGrantRequest.with { $0.ttl = 9 }),
            (LeaseMethods.leaseLeases, LeaseLeasesRequest()),
            (ClusterMethods.memberList, MemberListRequest()),
            (MaintenanceMethods.status, StatusRequest()),
            (AuthMethods.userGet, AuthUserGetRequest.with { $0.name = "u" }),
        ]
        for (path, request) in requests {
            #expect(try status(path, request, token) == old, "\(path)")
        }
        let stream = harness.client.stream(WatchMethods.watch, metadata: [("token", token)])
        var answer: WatchResponse?
        stream.onMessage = { answer = try? WatchResponse(serializedBytes: Array($0)) }
        let create = WatchCreateRequest.with { $0.key = Array("m1".utf8) }
        stream.send(WatchRequest.with { $0.createRequest = create }.serializedBytes())
        harness.run { answer != nil }
        #expect(answer?.cancelReason.hasSuffix(old.message) == true)
        stream.cancel()
        try users.login("u")
        for (path, request) in requests {
            #expect(try status(path, request, try #require(users.tokens["u"])) == nil, "\(path)")
        }
    }

    /// Its rights would be those of a table that this cluster does not have, or has no more.
    @Test func aTokenOfALaterRevisionIsNotTaken() throws {
        let key = try #require(harness.keeper.webTokens).key
        let later = WebToken(
            user: "root", revision: harness.replica.machine.auth.revision + 1, expiry: 2_000)
        let token = try #require(later.signed(by: key))
        let old = EtcdError.oldAuthRevision.status
        #expect(try status(KVMethods.put, put, token) == old)
        #expect(try status(KVMethods.range, range, token) == old)
        #expect(try status(AuthMethods.userList, AuthUserListRequest(), token) == old)
    }

    @Test func whoOnlyVerifiesIssuesNone() throws {
        let key = try SignatureKey(
            .es256, privateKey: nil, publicKey: Array(Self.publicKey.utf8))
        let harness = try DoorHarness(webTokens: WebTokens(key: key, lifeSeconds: 300) { 0 })
        let users = try UserHarness(harness)
        let _: AuthEnableResponse = try harness.call(AuthMethods.authEnable, AuthEnableRequest())
        func logIn(_ password: String) throws -> GRPCStatus? {
            let request = AuthenticateRequest.with { ($0.name, $0.password) = ("root", password) }
            return try users.failure(AuthMethods.authenticate, request.serializedBytes(), [])?
                .status
        }
        #expect(
            try logIn("password of root")
                == GRPCStatus(.unknown, "auth: token signing attempted with verify-only key"))
        #expect(try logIn("wrong") == EtcdError.authenticationFailed.status)
    }

    private static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9WwrCUrlspCuAUJrXid0TLnLaJN2
        QIwGzM2+LBQfMc+Li+qD9V6osiE8dhX5JTQTshYzFqh+XcMeaBsls7aP6A==
        -----END PUBLIC KEY-----
        """
}
