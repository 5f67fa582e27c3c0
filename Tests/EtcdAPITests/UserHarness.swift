import EtcdMessages
import GRPC
import Protobuf
import Testing
import Transport

@testable import EtcdAPI

/// A node on which users count: `root`, and those that a test adds.
final class UserHarness {
    let harness: DoorHarness
    private(set) var tokens: [String: String] = [:]

    init(_ harness: DoorHarness) throws {
        self.harness = harness
        try addUser("root", roles: ["root"])
    }

    /// From here on users count.
    func enable() throws {
        let _: AuthEnableResponse = try harness.call(AuthMethods.authEnable, AuthEnableRequest())
        try login("root")
    }

    func addUser(_ name: String, roles: [String] = []) throws {
        let add = AuthUserAddRequest.with { ($0.name, $0.password) = (name, "password of \(name)") }
        let _: AuthUserAddResponse = try harness.call(
            AuthMethods.userAdd, add, metadata: metadata("root"))
        for role in roles {
            let grant = AuthUserGrantRoleRequest.with { ($0.user, $0.role) = (name, role) }
            let _: AuthUserGrantRoleResponse = try harness.call(
                AuthMethods.userGrantRole, grant, metadata: metadata("root"))
        }
    }

    func addRole(_ name: String, _ kind: Permission.TypeEnum, _ key: String, _ end: String) throws {
        let metadata = metadata("root")
        let _: AuthRoleAddResponse = try harness.call(
            AuthMethods.roleAdd, AuthRoleAddRequest.with { $0.name = name }, metadata: metadata)
        let grant = AuthRoleGrantPermissionRequest.with {
            $0.name = name
            $0.perm = .with {
                ($0.permType, $0.key, $0.rangeEnd) = (kind, Array(key.utf8), Array(end.utf8))
            }
        }
        let _: AuthRoleGrantPermissionResponse = try harness.call(
            AuthMethods.roleGrantPermission, grant, metadata: metadata)
    }

    func login(_ name: String) throws {
        let request = AuthenticateRequest.with {
            ($0.name, $0.password) = (name, "password of \(name)")
        }
        let response: AuthenticateResponse = try harness.call(AuthMethods.authenticate, request)
        tokens[name] = response.token
    }

    /// What a user's call says of who makes it.
    func metadata(_ user: String?) -> [(String, String)] {
        guard let user, let token = tokens[user] else { return [] }
        return [("token", token)]
    }

    func put(_ key: String, as user: String?) throws -> GRPCFailure? {
        let request = PutRequest.with { ($0.key, $0.value) = (Array(key.utf8), [1]) }
        return try failure(KVMethods.put, request.serializedBytes(), metadata(user))
    }

    func failure(
        _ path: String, _ message: [UInt8], _ metadata: [(String, String)]
    ) throws -> GRPCFailure? {
        switch try harness.raw(path, message, metadata: metadata) {
        case .success: nil
        case .failure(let failure): failure
        }
    }
}

extension GRPCFailure {
    /// Code and words.
    var status: GRPCStatus { GRPCStatus(code, message) }
}
