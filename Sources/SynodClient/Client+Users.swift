internal import EtcdMessages
internal import Protobuf

/// Users, roles, and whether they count.
extension Client {
    /// Lets users count: from here on each call needs one.
    public func enableUsers() async throws(ClientError) {
        let _: AuthEnableResponse = try await call(
            AuthMethods.authEnable, AuthEnableRequest(), .write)
    }

    /// Nobody needs a user any more.
    public func disableUsers() async throws(ClientError) {
        let _: AuthDisableResponse = try await call(
            AuthMethods.authDisable, AuthDisableRequest(), .write)
    }

    /// Whether users count, and the revision of users and roles.
    public func usersStatus() async throws(ClientError) -> (areOn: Bool, revision: UInt64) {
        let response: AuthStatusResponse = try await call(
            AuthMethods.authStatus, AuthStatusRequest(), .read)
        return (response.enabled, response.authRevision)
    }

    /// Makes a user; without a password it can only come with a certificate.
    public func addUser(_ name: String, password: String?) async throws(ClientError) {
        let request = AuthUserAddRequest.with {
            $0.name = name
            $0.password = password ?? ""
            if password == nil { $0.options = .with { $0.noPassword = true } }
        }
        let _: AuthUserAddResponse = try await call(AuthMethods.userAdd, request, .write)
    }

    public func deleteUser(_ name: String) async throws(ClientError) {
        let _: AuthUserDeleteResponse = try await call(
            AuthMethods.userDelete, AuthUserDeleteRequest.with { $0.name = name }, .write)
    }

    public func setPassword(_ password: String, of name: String) async throws(ClientError) {
        let request = AuthUserChangePasswordRequest.with {
            ($0.name, $0.password) = (name, password)
        }
        let _: AuthUserChangePasswordResponse = try await call(
            AuthMethods.userChangePassword, request, .write)
    }

    public func grantRole(_ role: String, to user: String) async throws(ClientError) {
        let request = AuthUserGrantRoleRequest.with { ($0.user, $0.role) = (user, role) }
        let _: AuthUserGrantRoleResponse = try await call(
            AuthMethods.userGrantRole, request, .write)
    }

    public func revokeRole(_ role: String, of user: String) async throws(ClientError) {
        let request = AuthUserRevokeRoleRequest.with { ($0.name, $0.role) = (user, role) }
        let _: AuthUserRevokeRoleResponse = try await call(
            AuthMethods.userRevokeRole, request, .write)
    }

    /// The roles of a user.
    public func roles(of user: String) async throws(ClientError) -> [String] {
        let response: AuthUserGetResponse = try await call(
            AuthMethods.userGet, AuthUserGetRequest.with { $0.name = user }, .read)
        return response.roles
    }

    public func users() async throws(ClientError) -> [String] {
        let response: AuthUserListResponse = try await call(
            AuthMethods.userList, AuthUserListRequest(), .read)
        return response.users
    }

    public func addRole(_ name: String) async throws(ClientError) {
        let _: AuthRoleAddResponse = try await call(
            AuthMethods.roleAdd, AuthRoleAddRequest.with { $0.name = name }, .write)
    }

    public func deleteRole(_ name: String) async throws(ClientError) {
        let _: AuthRoleDeleteResponse = try await call(
            AuthMethods.roleDelete, AuthRoleDeleteRequest.with { $0.role = name }, .write)
    }

    public func roles() async throws(ClientError) -> [String] {
        let response: AuthRoleListResponse = try await call(
            AuthMethods.roleList, AuthRoleListRequest(), .read)
        return response.roles
    }

    /// What a role permits.
    public func permissions(ofRole name: String) async throws(ClientError) -> [KeyPermission] {
        let response: AuthRoleGetResponse = try await call(
            AuthMethods.roleGet, AuthRoleGetRequest.with { $0.role = name }, .read)
        return response.perm.map(KeyPermission.init)
    }

    public func grant(_ permission: KeyPermission, toRole name: String) async throws(ClientError) {
        let request = AuthRoleGrantPermissionRequest.with {
            $0.name = name
            $0.perm = .with {
                $0.permType = permission.kind.wire
                ($0.key, $0.rangeEnd) = (permission.key, permission.rangeEnd)
            }
        }
        let _: AuthRoleGrantPermissionResponse = try await call(
            AuthMethods.roleGrantPermission, request, .write)
    }

    /// Takes away what is permitted on exactly this range.
    public func revokePermission(
        onKey key: [UInt8], rangeEnd: [UInt8] = [], ofRole name: String
    ) async throws(ClientError) {
        let request = AuthRoleRevokePermissionRequest.with {
            ($0.role, $0.key, $0.rangeEnd) = (name, key, rangeEnd)
        }
        let _: AuthRoleRevokePermissionResponse = try await call(
            AuthMethods.roleRevokePermission, request, .write)
    }

    /// A token for connections of one's own; nil where nobody needs one.
    public func logIn(_ login: UserLogin) async throws(ClientError) -> String? {
        let request = AuthenticateRequest.with {
            ($0.name, $0.password) = (login.name, login.password)
        }
        do {
            let response: AuthenticateResponse = try await call(
                AuthMethods.authenticate, request, .read)
            return response.token
        } catch  where error.message == "etcdserver: authentication is not enabled" {
            return nil
        }
    }
}
