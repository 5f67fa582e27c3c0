internal import Authentication
internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication
internal import StateMachine

/// `etcdserverpb.Auth`: who there is, and who may do what. Questions are linearizable reads; changes go through the log.
final class AuthService {
    private let replica: Replica
    private let gate: Gate

    init(replica: Replica, gate: Gate) {
        (self.replica, self.gate) = (replica, gate)
    }

    // MARK: Whether users count

    func enable(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.enable) { header in
            AuthEnableResponse.with { $0.header = header }
        }
    }

    func disable(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.disable) { header in
            AuthDisableResponse.with { $0.header = header }
        }
    }

    func status(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(AuthStatusRequest.self, request) != nil else { return }
        replica.afterRead(caller) { [replica] in
            let auth = replica.machine.auth
            var response = AuthStatusResponse()
            response.header = .current(of: replica)
            (response.enabled, response.authRevision) = (auth.isEnabled, auth.revision)
            caller.send(response)
        }
    }

    /// A token for whoever knows a user's password.
    func authenticate(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(AuthenticateRequest.self, request) else { return }
        gate.keeper.authenticate(request.name, request.password, isWanted: isWanted(by: caller)) {
            [replica] result in
            switch result {
            case .failure(let failure): caller.fail(CallFailure(failure))
            case .success(let token):
                var response = AuthenticateResponse()
                response.header = .current(of: replica)
                response.token = token
                caller.send(response)
            }
        }
    }

    // MARK: Users

    func userAdd(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard var add = caller.decode(AuthUserAddRequest.self, request) else { return }
        guard !add.name.isEmpty else { return caller.fail(CallFailure(EtcdError.userEmpty)) }
        let password = add.password
        (add.password, add.hashedPassword) = ("", "")
        let answer: (ResponseHeader) -> AuthUserAddResponse = { header in
            .with { $0.header = header }
        }
        if add.options.noPassword { return propose(.userAdd(add), caller, answer) }
        hash(password, caller) { [self] hash in
            add.hashedPassword = hash
            propose(.userAdd(add), caller, answer)
        }
    }

    func userChangePassword(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard var change = caller.decode(AuthUserChangePasswordRequest.self, request) else {
            return
        }
        let password = change.password
        (change.password, change.hashedPassword) = ("", "")
        let answer: (ResponseHeader) -> AuthUserChangePasswordResponse = { header in
            .with { $0.header = header }
        }
        // As in etcd: who changes the password to none shuts the user out.
        if password.isEmpty { return propose(.userChangePassword(change), caller, answer) }
        hash(password, caller) { [self] hash in
            change.hashedPassword = hash
            propose(.userChangePassword(change), caller, answer)
        }
    }

    private func hash(_ password: String, _ caller: Caller, then: @escaping (String) -> Void) {
        gate.keeper.hash(password, isWanted: isWanted(by: caller)) { result in
            switch result {
            case .success(let hash): then(hash)
            case .failure(let failure): caller.fail(CallFailure(failure))
            }
        }
    }

    /// Whether a caller still waits for what takes long: whoever ends its direction meanwhile has gone.
    private func isWanted(by caller: Caller) -> () -> Bool {
        caller.onCancel {}
        return { caller.isWaiting }
    }

    func userDelete(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.userDelete) { header in
            AuthUserDeleteResponse.with { $0.header = header }
        }
    }

    func userGrantRole(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.userGrantRole) { header in
            AuthUserGrantRoleResponse.with { $0.header = header }
        }
    }

    func userRevokeRole(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.userRevokeRole) { header in
            AuthUserRevokeRoleResponse.with { $0.header = header }
        }
    }

    /// The roles of a user, which may ask for itself.
    func userGet(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        look(AuthUserGetRequest.self, request, caller) { request, rights, access throws(KVError) in
            if access.user != Array(request.name.utf8) { try rights.requireRoot() }
        } answer: { request, auth throws(KVError) in
            guard let user = auth.user(Array(request.name.utf8)) else { throw .userNotFound }
            return .with { $0.roles = user.roles.map(Self.text) }
        } sign: { (response: inout AuthUserGetResponse, header) in
            response.header = header
        }
    }

    func userList(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        look(AuthUserListRequest.self, request, caller) { _, auth throws(KVError) in
            .with { $0.users = auth.users.map { Self.text($0.name) } }
        } sign: { (response: inout AuthUserListResponse, header) in
            response.header = header
        }
    }

    // MARK: Roles

    func roleAdd(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.roleAdd) { header in
            AuthRoleAddResponse.with { $0.header = header }
        }
    }

    func roleDelete(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.roleDelete) { header in
            AuthRoleDeleteResponse.with { $0.header = header }
        }
    }

    func roleGrantPermission(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.roleGrantPermission) { header in
            AuthRoleGrantPermissionResponse.with { $0.header = header }
        }
    }

    func roleRevokePermission(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        change(request, caller, AuthCommand.OneOf_Request.roleRevokePermission) { header in
            AuthRoleRevokePermissionResponse.with { $0.header = header }
        }
    }

    /// What a role permits; whoever has it may ask.
    func roleGet(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        look(AuthRoleGetRequest.self, request, caller) {
            [replica] request, rights, access throws(KVError) in
            let user = replica.machine.auth.user(access.user)
            if user?.roles.contains(Array(request.role.utf8)) != true { try rights.requireRoot() }
        } answer: { request, auth throws(KVError) in
            guard let role = auth.role(Array(request.role.utf8)) else { throw .roleNotFound }
            let permissions = role.name == AuthTable.root ? [.everything] : role.permissions
            return .with { $0.perm = permissions.map(Permission.init) }
        } sign: { (response: inout AuthRoleGetResponse, header) in
            response.header = header
        }
    }

    func roleList(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        look(AuthRoleListRequest.self, request, caller) { _, auth throws(KVError) in
            .with { $0.roles = auth.roles.map { Self.text($0.name) } }
        } sign: { (response: inout AuthRoleListResponse, header) in
            response.header = header
        }
    }

    private static func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }

    // MARK: Ways

    private func change<Request: ProtobufMessage, Response: ProtobufJSONMessage>(
        _ message: UnsafeRawBufferPointer, _ caller: Caller,
        _ command: (Request) -> AuthCommand.OneOf_Request,
        _ answer: @escaping (ResponseHeader) -> Response
    ) {
        guard let request = caller.decode(Request.self, message) else { return }
        propose(command(request), caller, answer)
    }

    private func propose(
        _ request: AuthCommand.OneOf_Request, _ caller: Caller,
        _ answer: @escaping (ResponseHeader) -> some ProtobufJSONMessage
    ) {
        var command = AuthCommand()
        command.request = request
        let credentials: Credentials?
        do throws(CallFailure) {
            credentials = try gate.credentials(of: caller)
        } catch {
            return caller.fail(error)
        }
        replica.propose(.auth, credentials: credentials, request: command.serializedBytes()) {
            [replica] result in
            switch result {
            case .applied(.auth(let result)):
                var header = ResponseHeader()
                header.revision = result.revision
                header.sign(by: replica)
                caller.send(answer(header))
            case .applied(.failed(let error)): caller.fail(CallFailure(error))
            case .applied: preconditionFailure("another outcome")
            case .refused(let refusal): caller.fail(CallFailure(refusal))
            case .unknown(let cause): caller.fail(CallFailure(cause))
            }
        }
    }

    /// A linearizable read of the table.
    private func look<Request: ProtobufMessage, Response: ProtobufJSONMessage>(
        _ type: Request.Type, _ message: UnsafeRawBufferPointer, _ caller: Caller,
        require: @escaping (Request, UserRights, Access) throws(KVError) -> Void = {
            _, _, _ throws(KVError) in
        },
        answer: @escaping (Request, AuthTable) throws(KVError) -> Response,
        sign: @escaping (inout Response, ResponseHeader) -> Void
    ) {
        guard let request = caller.decode(type, message) else { return }
        replica.afterRead(caller) { [self] in
            let isPermitted = gate.permits(caller) { rights, access throws(KVError) in
                try require(request, rights, access)
            }
            guard isPermitted else { return }
            do throws(KVError) {
                var response = try answer(request, replica.machine.auth)
                sign(&response, .current(of: replica))
                caller.send(response)
            } catch {
                caller.fail(CallFailure(error))
            }
        }
    }
}

extension Permission {
    fileprivate init(_ permission: AuthPermission) {
        self.init()
        permType =
            switch permission.kind {
            case .read: .read
            case .write: .write
            case .readWrite: .readwrite
            }
        (key, rangeEnd) = (permission.key, permission.rangeEnd)
    }
}
