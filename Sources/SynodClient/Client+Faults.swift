internal import EtcdMessages
internal import Protobuf

/// Faults by order: for tests, on servers started with `--enable-fault-injection` or `--chaos`.
extension Client {
    /// Kills one role of one node, and nothing else; `role` is `proposer`, `acceptor` or `learner`.
    @discardableResult
    public func killRole(
        _ role: String, at endpoint: Endpoint
    ) async throws(ClientError) -> [RoleState] {
        var request = KillRoleRequest()
        request.role = role
        return try await order(FaultsMethods.killRole, request, endpoint)
    }

    /// Revives one role of one node. With amnesia an acceptor comes back without its memory, and without
    /// a vote therefore.
    @discardableResult
    public func reviveRole(
        _ role: String, at endpoint: Endpoint, hasAmnesia: Bool = false
    ) async throws(ClientError) -> [RoleState] {
        var request = ReviveRoleRequest()
        request.role = role
        request.amnesia = hasAmnesia
        return try await order(FaultsMethods.reviveRole, request, endpoint)
    }

    /// Holds back the writes of one node's log for so long, as a disk that hangs does; 0 ends a pause.
    public func pauseFlush(
        milliseconds: UInt64, at endpoint: Endpoint
    ) async throws(ClientError) {
        var request = PauseFlushRequest()
        request.milliseconds = milliseconds
        let _: PauseFlushResponse = try await call(
            FaultsMethods.pauseFlush, request, .read, endpoint: endpoint, needsLeader: false)
    }

    /// How the roles of one node are; answered by every Synod server.
    public func roles(at endpoint: Endpoint) async throws(ClientError) -> [RoleState] {
        try await order(FaultsMethods.roles, RolesRequest(), endpoint)
    }

    /// All of these may be done twice: a dead role cannot be killed again.
    private func order(
        _ path: String, _ request: some WireEncodable, _ endpoint: Endpoint
    ) async throws(ClientError) -> [RoleState] {
        let response: RolesResponse = try await call(
            path, request, .read, endpoint: endpoint, needsLeader: false)
        return response.roles.map(RoleState.init)
    }
}
