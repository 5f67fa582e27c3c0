import EtcdMessages
import GRPC
import LogTesting
import Observability
import Protobuf
import Replication
import Testing
import Transport
import WriteAheadLog

@testable import EtcdAPI

/// Users as clients meet them: logging in, changes, and what is told to whom.
@Suite("Users through the doors")
struct AuthServiceTests {
    private let harness: DoorHarness
    private let users: UserHarness

    init() throws {
        harness = try DoorHarness()
        users = try UserHarness(harness)
    }

    private func failure(
        _ path: String, _ request: some ProtobufMessage, as user: String? = "root"
    ) throws -> GRPCFailure? {
        try users.failure(path, request.serializedBytes(), users.metadata(user))
    }

    private func authenticate(_ name: String, _ password: String) throws -> GRPCFailure? {
        let request = AuthenticateRequest.with { ($0.name, $0.password) = (name, password) }
        return try failure(AuthMethods.authenticate, request, as: nil)
    }

    @Test func loggingInIsRefusedInEtcdsWords() throws {
        #expect(
            try authenticate("root", "password of root")?.status
                == EtcdError.authNotEnabled.status)
        let noPassword = AuthUserAddRequest.with {
            $0.name = "certified"
            $0.options = .with { $0.noPassword = true }
        }
        #expect(try failure(AuthMethods.userAdd, noPassword) == nil)
        try users.enable()
        let wrong = EtcdError.authenticationFailed.status
        #expect(try authenticate("root", "password")?.status == wrong)
        #expect(try authenticate("root", "")?.status == wrong)
        #expect(try authenticate("nobody", "password of root")?.status == wrong)
        #expect(try authenticate("root", "password of root\0")?.status == wrong)
        #expect(
            try authenticate("certified", "")?.status
                == GRPCStatus(
                    .unknown,
                    "auth: authentication failed, password was given for no password user"))
        let long = AuthUserAddRequest.with {
            ($0.name, $0.password) = ("long", String(repeating: "x", count: 73))
        }
        #expect(try failure(AuthMethods.userAdd, long)?.status.code == .invalidArgument)
        #expect(
            try failure(AuthMethods.userAdd, AuthUserAddRequest())?.status
                == EtcdError.userEmpty.status)
    }

    @Test func aTokenHasASecretAndTheSlotThatIssuedItAndEndsWithThePassword() throws {
        try users.addUser("u")
        try users.enable()
        try users.login("u")
        let token = try #require(users.tokens["u"])
        let parts = token.split(separator: ".")
        #expect(parts.count == 2 && parts[0].count == 32)
        #expect(UInt64(parts[1]) ?? 0 > 0)
        #expect(try users.put("k", as: "u")?.status == EtcdError.permissionDenied.status)
        for wrong in ["\(parts[0]).1", "\(parts[0])", "x.\(parts[1])", "", ".", token + "0"] {
            let failure = try users.failure(
                KVMethods.put, PutRequest.with { $0.key = [1] }.serializedBytes(),
                [("token", wrong)])
            #expect(failure?.status == EtcdError.invalidToken.status, "\(wrong)")
        }
        let change = AuthUserChangePasswordRequest.with {
            ($0.name, $0.password) = ("u", "another")
        }
        #expect(try failure(AuthMethods.userChangePassword, change) == nil)
        #expect(try users.put("k", as: "u")?.status == EtcdError.invalidToken.status)
        #expect(
            try authenticate("u", "password of u")?.status
                == EtcdError.authenticationFailed.status)
        #expect(try authenticate("u", "another") == nil)
    }

    @Test func whoChangesThePasswordToNoneIsShutOutAndWhoHasNoneFromTheBeginningIsNot() throws {
        try users.addUser("u")
        let none = AuthUserAddRequest.with { $0.name = "none" }
        #expect(try failure(AuthMethods.userAdd, none) == nil)
        try users.enable()
        let change = AuthUserChangePasswordRequest.with { $0.name = "u" }
        #expect(try failure(AuthMethods.userChangePassword, change) == nil)
        for password in ["", "password of u"] {
            #expect(
                try authenticate("u", password)?.status == EtcdError.authenticationFailed.status)
        }
        #expect(try authenticate("none", "") == nil)
    }

    @Test func whatIsWrongIsSaidInEtcdsOrderAndWithItsCodes() throws {
        try users.enable()
        let strangers = [[], [("token", "nonsense")]]
        let malformed: [(String, [UInt8])] = [
            (KVMethods.range, []), (KVMethods.put, []), (KVMethods.deleteRange, []),
            (KVMethods.txn, TxnRequest.with { $0.compare = [.init()] }.serializedBytes()),
        ]
        for (path, message) in malformed {
            for metadata in strangers {
                let failure = try users.failure(path, message, metadata)
                #expect(failure?.status == EtcdError.keyNotProvided.status, "\(path)")
            }
        }
        // Lock and Election ask through etcd's client, which loses the code.
        let refused = try strangers.map { try users.failure(LockMethods.lock, [], $0)?.status }
        #expect(refused.allSatisfy { $0?.code == .unknown })
        #expect(
            refused.map { $0?.message } == [
                EtcdError.userEmpty.text, EtcdError.invalidToken.text,
            ])
    }

    @Test func noSecretIsWrittenDown() throws {
        try users.addUser("u")
        try users.enable()
        try users.login("u")
        #expect(try users.put("k", as: "root") == nil)
        let secret = try #require(users.tokens["u"]?.split(separator: ".").first)
        let disk = harness.node.disk
        let log = try disk.segments().flatMap { disk.contents($0.number) }
        for word in ["password of u", "password of root", String(secret)] {
            #expect(!log.containsRun(of: Array(word.utf8)), "\(word) is in the log")
        }
        #expect(log.containsRun(of: Array("$2b$04$".utf8)), "hashes are")
        let metrics = try harness.http("GET", "/metrics").text
        #expect(!metrics.contains(secret) && !metrics.contains("password of"))
    }

    @Test func aUserLooksAtItselfAndItsRolesAndRootAtAll() throws {
        try users.addRole("r", .readwrite, "a", "")
        try users.addRole("s", .read, "a", "b")
        try users.addUser("u", roles: ["r"])
        try users.enable()
        try users.login("u")
        let (me, other) = (
            AuthUserGetRequest.with { $0.name = "u" }, AuthUserGetRequest.with { $0.name = "root" }
        )
        let response: AuthUserGetResponse = try harness.call(
            AuthMethods.userGet, me, metadata: users.metadata("u"))
        #expect(response.roles == ["r"])
        let denied = EtcdError.permissionDenied.status
        #expect(try failure(AuthMethods.userGet, other, as: "u")?.status == denied)
        let (mine, foreign) = (
            AuthRoleGetRequest.with { $0.role = "r" }, AuthRoleGetRequest.with { $0.role = "s" }
        )
        let role: AuthRoleGetResponse = try harness.call(
            AuthMethods.roleGet, mine, metadata: users.metadata("u"))
        #expect(role.perm.map(\.permType) == [.readwrite])
        #expect(try failure(AuthMethods.roleGet, foreign, as: "u")?.status == denied)
        #expect(try failure(AuthMethods.roleGet, foreign) == nil)
        let list: AuthUserListResponse = try harness.call(
            AuthMethods.userList, AuthUserListRequest(), metadata: users.metadata("root"))
        #expect(list.users == ["root", "u"])
        let missing = AuthRoleGetRequest.with { $0.role = "none" }
        #expect(
            try failure(AuthMethods.roleGet, missing)?.status == EtcdError.roleNotFound.status)
        let status: AuthStatusResponse = try harness.call(
            AuthMethods.authStatus, AuthStatusRequest())
        #expect(status.enabled && status.authRevision > 1)
    }

    @Test func questionsAreCountedAsReads() throws {
        let reads = harness.replica.metrics.linearizableReads
        let _: AuthStatusResponse = try harness.call(AuthMethods.authStatus, AuthStatusRequest())
        #expect(reads.value == 1)
        let _: AuthUserListResponse = try harness.call(
            AuthMethods.userList, AuthUserListRequest())
        #expect(reads.value == 2)
        let _: LeaseLeasesResponse = try harness.call(
            LeaseMethods.leaseLeases, LeaseLeasesRequest())
        #expect(reads.value == 3)
    }

    @Test func whenUsersDoNotCountAnyMoreNobodyNeedsOne() throws {
        try users.enable()
        #expect(try users.put("k", as: nil)?.status == EtcdError.userEmpty.status)
        #expect(try failure(AuthMethods.authDisable, AuthDisableRequest()) == nil)
        #expect(try users.put("k", as: nil) == nil)
        #expect(
            try users.failure(
                KVMethods.put, PutRequest.with { $0.key = [1] }.serializedBytes(),
                [("token", "anything")]) == nil)
    }

    // MARK: Other ways

    @Test func theGatewayTakesTokensInItsHeader() throws {
        try users.addUser("u")
        try users.enable()
        let answer = try harness.http(
            "POST", "/v3/auth/authenticate",
            text: #"{"name":"root","password":"password of root"}"#)
        let token = try #require(answer.json["token"]?.asString)
        let put = #"{"key":"aw==","value":"dg=="}"#
        for header in ["authorization: \(token)", "Authorization: Bearer \(token)"] {
            #expect(
                try harness.http("POST", "/v3/kv/put", headers: [header], text: put).status == 200)
        }
        let nobody = try harness.http("POST", "/v3/kv/put", text: put)
        #expect(nobody.status == 400 && nobody.text.contains(EtcdError.userEmpty.text))
        let bad = try harness.http(
            "POST", "/v3/kv/put", headers: ["authorization: bad"], text: put)
        #expect(bad.status == 401 && bad.text.contains(EtcdError.invalidToken.text))
        try users.login("u")
        let own = "authorization: \(try #require(users.tokens["u"]))"
        let denied = try harness.http("POST", "/v3/kv/put", headers: [own], text: put)
        #expect(denied.status == 403 && denied.text.contains(EtcdError.permissionDenied.text))
        let list = try harness.http("POST", "/v3/auth/user/list", headers: [own], text: "{}")
        #expect(list.status == 403)
    }

    @Test func everyPathOfTheGatewayAsksWhoCalls() throws {
        try users.enable()
        for path in harness.etcd.gateway.paths {
            let right = RPCRights.right(ofGateway: path)
            guard right != .anyone, path != "watch", path != "election/observe" else { continue }
            let answer = try harness.http(
                "POST", "/v3/" + path,
                text: #"{"key":"aw==","name":"aw==","leader":{"key":"aw=="}}"#)
            #expect(answer.text.contains(EtcdError.userEmpty.text), "\(path): \(answer.text)")
        }
    }

    @Test func peopleWithCurlSayWhoTheyAre() throws {
        try users.addRole("r", .readwrite, "m", "n")
        try users.addUser("u", roles: ["r"])
        try users.enable()
        try users.login("u")
        let own = ["authorization: Bearer \(try #require(users.tokens["u"]))"]
        #expect(try harness.http("POST", "/kv/set?key=m1&value=v").status == 401)
        #expect(try harness.http("POST", "/kv/set?key=m1&value=v", headers: own).status == 200)
        #expect(try harness.http("POST", "/kv/set?key=x&value=v", headers: own).status == 403)
        #expect(try harness.http("GET", "/kv/get?key=m1", headers: own).text == "v")
        #expect(try harness.http("GET", "/kv/get?key=x", headers: own).status == 403)
        #expect(try harness.http("GET", "/kv/get?key=m1").status == 401)
        #expect(try harness.http("GET", "/kv/keys?prefix=m", headers: own).status == 200)
        #expect(try harness.http("GET", "/kv/keys", headers: own).status == 403)
        #expect(try harness.http("GET", "/kv/watch?prefix=", headers: own).status == 403)
        #expect(try harness.http("GET", "/kv/watch?prefix=m").status == 401)
        #expect(
            try harness.http("GET", "/kv/get?key=m1", headers: ["authorization: bad"]).status
                == 401)
        let health = try harness.http("GET", "/health")
        #expect(health.status == 200, "who looks after the node needs no user")
    }

    @Test func locksAreTakenWithTheRightsOfTheirCaller() throws {
        try users.addRole("r", .readwrite, "m", "n")
        try users.addUser("u", roles: ["r"])
        try users.enable()
        try users.login("u")
        func lock(_ name: String, as user: String?) throws -> GRPCFailure? {
            try failure(LockMethods.lock, LockRequest.with { $0.name = Array(name.utf8) }, as: user)
        }
        #expect(try lock("m", as: "u") == nil)
        #expect(try lock("x", as: "u")?.status.message == EtcdError.permissionDenied.text)
        #expect(try lock("x", as: nil)?.status.message == EtcdError.userEmpty.text)
        #expect(try lock("x", as: "root") == nil)
        let campaign = CampaignRequest.with { $0.name = Array("y".utf8) }
        #expect(
            try failure(ElectionMethods.campaign, campaign, as: "u")?.status.message
                == EtcdError.permissionDenied.text)
    }
}

extension [UInt8] {
    fileprivate func containsRun(of word: [UInt8]) -> Bool {
        guard count >= word.count else { return false }
        return indices.dropLast(word.count - 1).contains { start in
            self[start] == word[0] && self[start..<start + word.count].elementsEqual(word)
        }
    }
}
