internal import EtcdMessages
internal import GRPC
internal import Observability
internal import Replication

/// `synodpb.Faults`: faults by order, on servers that were started for it.
struct FaultService {
    let replica: Replica
    let isEnabled: Bool

    /// Kills one role of this node.
    func killRole(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard mayInject(caller), let order = caller.decode(KillRoleRequest.self, request) else {
            return
        }
        finish(replica.kill(roleNamed: order.role), order.role, caller)
    }

    /// Revives one role of this node.
    func reviveRole(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard mayInject(caller), let order = caller.decode(ReviveRoleRequest.self, request) else {
            return
        }
        let isKnown = replica.revive(roleNamed: order.role, hasAmnesia: order.amnesia)
        finish(isKnown, order.role, caller)
    }

    /// Holds back the writes of this node's log.
    func pauseFlush(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard mayInject(caller), let order = caller.decode(PauseFlushRequest.self, request) else {
            return
        }
        let longest = Replication.Limits.flushPauseMilliseconds
        guard order.milliseconds <= longest else {
            let words = "etcdserver: a pause is \(longest) ms at most"
            return caller.fail(CallFailure(GRPCStatus(.invalidArgument, words)))
        }
        replica.pauseFlush(milliseconds: order.milliseconds)
        caller.send(PauseFlushResponse())
    }

    /// How the roles of this node are.
    func roles(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(RolesRequest.self, request) != nil else { return }
        caller.send(states)
    }

    /// Whether this server takes such orders; if not, the call is answered.
    private func mayInject(_ caller: Caller) -> Bool {
        if isEnabled { return true }
        let words =
            "etcdserver: faults by order are off: start the server with --enable-fault-injection"
        caller.fail(CallFailure(GRPCStatus(.failedPrecondition, words)))
        return false
    }

    private func finish(_ isKnown: Bool, _ role: String, _ caller: Caller) {
        if isKnown { return caller.send(states) }
        let names = Replica.roleNames.joined(separator: ", ")
        let words = "etcdserver: no role \"\(role)\"; there are \(names)"
        caller.fail(CallFailure(GRPCStatus(.invalidArgument, words)))
    }

    private var states: RolesResponse {
        let dead = replica.status.deadRoles
        var response = RolesResponse()
        response.amnesia = replica.hasAmnesia
        response.roles = Replica.roleNames.map { name in
            var state = RoleState()
            state.role = name
            state.alive = !dead.contains(name)
            state.deaths = replica.metrics.role(name).deaths.value
            return state
        }
        return response
    }
}
