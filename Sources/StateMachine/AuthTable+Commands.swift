internal import EtcdMessages

/// The commands of the log that change users and roles, refused as etcd refuses them.
extension AuthTable {
    /// Does what a command says. Who proposed it may do so.
    func execute(_ command: AuthCommand, slot: UInt64) throws(KVError) {
        switch command.request {
        case .enable: try enable()
        case .disable: disable()
        case .userAdd(let request): try add(request)
        case .userDelete(let request): try delete(request)
        case .userChangePassword(let request):
            try setPassword(request.hashedPassword, of: Array(request.name.utf8))
        case .userGrantRole(let request): try grant(request)
        case .userRevokeRole(let request): try revoke(request)
        case .roleAdd(let request): try add(request)
        case .roleDelete(let request): try delete(request)
        case .roleGrantPermission(let request): try grant(request)
        case .roleRevokePermission(let request): try revoke(request)
        case .issueToken(let request): try issue(request, slot: slot)
        case nil: throw .malformedCommand
        }
    }

    private func add(_ request: AuthUserAddRequest) throws(KVError) {
        guard !request.name.isEmpty else { throw .userEmpty }
        let hasNoPassword = request.options.noPassword
        try add(
            Array(request.name.utf8), hash: hasNoPassword ? "" : request.hashedPassword,
            hasNoPassword: hasNoPassword)
    }

    private func delete(_ request: AuthUserDeleteRequest) throws(KVError) {
        let name = Array(request.name.utf8)
        if isEnabled, name == Self.root { throw .invalidAuthManagement }
        try removeUser(name)
    }

    private func grant(_ request: AuthUserGrantRoleRequest) throws(KVError) {
        let name = Array(request.role.utf8)
        try updateUser(Array(request.user.utf8)) { user throws(KVError) in
            if name != Self.root, role(name) == nil { throw .roleNotFound }
            if user.roles.contains(name) { return false }
            user.roles.append(name)
            user.roles.sort { $0.lexicographicallyPrecedes($1) }
            return true
        }
    }

    private func revoke(_ request: AuthUserRevokeRoleRequest) throws(KVError) {
        let (name, role) = (Array(request.name.utf8), Array(request.role.utf8))
        if isEnabled, name == Self.root, role == Self.root { throw .invalidAuthManagement }
        try updateUser(name) { user throws(KVError) in
            guard let place = user.roles.firstIndex(of: role) else { throw .roleNotGranted }
            user.roles.remove(at: place)
            return true
        }
    }

    private func add(_ request: AuthRoleAddRequest) throws(KVError) {
        guard !request.name.isEmpty else { throw .roleEmpty }
        try addRole(Array(request.name.utf8))
    }

    private func delete(_ request: AuthRoleDeleteRequest) throws(KVError) {
        let name = Array(request.role.utf8)
        if isEnabled, name == Self.root { throw .invalidAuthManagement }
        try removeRole(name)
    }

    private func grant(_ request: AuthRoleGrantPermissionRequest) throws(KVError) {
        guard request.hasPerm else { throw .permissionNotGiven }
        guard let permission = AuthPermission(request.perm) else { throw .invalidAuthManagement }
        try updateRole(Array(request.name.utf8)) { role throws(KVError) in
            role.grant(permission)
        }
    }

    private func revoke(_ request: AuthRoleRevokePermissionRequest) throws(KVError) {
        try updateRole(Array(request.role.utf8)) { role throws(KVError) in
            let place = role.permissions.firstIndex {
                $0.key == request.key && $0.rangeEnd == request.rangeEnd
            }
            guard let place else { throw .permissionNotGranted }
            role.permissions.remove(at: place)
        }
    }

    /// The password was right at a node. If anything has changed since, the node has to look again.
    private func issue(_ request: IssueTokenRequest, slot: UInt64) throws(KVError) {
        guard isEnabled else { throw .authNotEnabled }
        let name = Array(request.name.utf8)
        guard let user = user(name), !user.hasNoPassword else { throw .authenticationFailed }
        guard request.checkedRevision == revision else { throw .oldAuthRevision }
        issue(
            IssuedToken(
                user: name, digest: request.tokenDigest, revision: revision, slot: slot))
    }
}

extension AuthRole {
    /// Permits something; what is permitted on the same range already gives way.
    fileprivate mutating func grant(_ permission: AuthPermission) {
        let place =
            permissions.firstIndex { !$0.precedes(permission) } ?? permissions.count
        if place < permissions.count, !permission.precedes(permissions[place]) {
            permissions[place].kind = permission.kind
        } else {
            permissions.insert(permission, at: place)
        }
    }
}

extension AuthPermission {
    /// Nil for a permission on nothing, or of a kind that is none.
    fileprivate init?(_ permission: Permission) {
        switch permission.permType {
        case .read: kind = .read
        case .write: kind = .write
        case .readwrite: kind = .readWrite
        case .UNRECOGNIZED: return nil
        }
        (key, rangeEnd) = (permission.key, permission.rangeEnd)
        let isRange = !rangeEnd.isEmpty && rangeEnd != [0]
        if key.isEmpty || (isRange && !key.lexicographicallyPrecedes(rangeEnd)) { return nil }
    }

    /// By key and range end.
    fileprivate func precedes(_ other: AuthPermission) -> Bool {
        if key != other.key { return key.lexicographicallyPrecedes(other.key) }
        return rangeEnd.lexicographicallyPrecedes(other.rangeEnd)
    }
}
