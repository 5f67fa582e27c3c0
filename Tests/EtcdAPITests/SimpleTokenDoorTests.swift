import EtcdMessages
import GRPC
import Protobuf
import Testing
import Transport

@testable import Authentication
@testable import EtcdAPI

/// Simple tokens as clients meet them: how long they are good, and where they stand.
struct SimpleTokenDoorTests {
    private let harness: DoorHarness
    private let users: UserHarness

    init() throws {
        harness = try DoorHarness()
        users = try UserHarness(harness)
        try users.addRole("r", .readwrite, "m", "n")
        try users.addUser("u", roles: ["r"])
        try users.enable()
        try users.login("u")
    }

    private func wait(_ seconds: UInt64) { harness.tokenClock.aheadMilliseconds += seconds * 1_000 }

    @Test func aTokenIsVoidWhenNobodyHasUsedItForItsTime() throws {
        #expect(Limits.tokenSecondsDefault == 300)
        for _ in 0..<4 {
            wait(299)
            #expect(try users.put("m1", as: "u") == nil)
        }
        // The same token in a call that looks at it otherwise.
        wait(299)
        let own = try #require(users.tokens["u"])
        let gateway = try harness.http(
            "POST", "/v3/kv/range", headers: ["authorization: \(own)"], text: #"{"key":"bTE="}"#)
        #expect(gateway.status == 200)
        wait(299)
        #expect(try users.put("m1", as: "u") == nil)
        wait(301)
        #expect(try users.put("m1", as: "u")?.status == EtcdError.invalidToken.status)
        #expect(try users.put("m1", as: "u")?.status == EtcdError.invalidToken.status)
        try users.login("u")
        #expect(try users.put("m1", as: "u") == nil)
        wait(301)
        harness.etcd.tick()
        #expect(try users.put("m1", as: "u")?.status == EtcdError.invalidToken.status)
    }

    @Test func aTokenMayStandInTheHeaderAuthorizationToo() throws {
        let own = try #require(users.tokens["u"])
        let put = PutRequest.with { $0.key = Array("m1".utf8) }.serializedBytes()
        for text in [own, "Bearer \(own)"] {
            #expect(try users.failure(KVMethods.put, put, [("authorization", text)]) == nil)
        }
        let wrong = try users.failure(KVMethods.put, put, [("authorization", "Bearer x")])
        #expect(wrong?.status == EtcdError.invalidToken.status)
        // The one in `token` counts.
        let both = [("authorization", own), ("token", "x")]
        #expect(
            try users.failure(KVMethods.put, put, both)?.status == EtcdError.invalidToken.status)
    }

    @Test func theRoleOfRootIsEverything() throws {
        let add = AuthRoleAddRequest.with { $0.name = "root" }
        let added = try users.failure(
            AuthMethods.roleAdd, add.serializedBytes(), users.metadata("root"))
        #expect(added == nil || added?.status == EtcdError.roleExists.status)
        let role: AuthRoleGetResponse = try harness.call(
            AuthMethods.roleGet, AuthRoleGetRequest.with { $0.role = "root" },
            metadata: users.metadata("root"))
        #expect(role.perm.count == 1)
        #expect(role.perm.first?.permType == .readwrite)
        #expect(role.perm.first?.key == [] && role.perm.first?.rangeEnd == [0])
    }
}
