package import Authentication
internal import EtcdMessages
internal import GRPC
internal import Observability
package import Replication
package import Transport

/// The etcd v3 API: gRPC, the JSON gateway, and the plain pages beside them. A method that is not
/// registered here is answered UNIMPLEMENTED by the router.
package final class EtcdDoor {
    private let replica: Replica
    private let options: EtcdDoorOptions
    /// Knows who asks; other doors of this node ask it, too.
    package let keeper: Gatekeeper
    let services: EtcdServices
    let gateway: Gateway
    private let pages: PlainPages
    let streams: OpenStreams
    private let origins: AllowedOrigins
    private let hosts: AllowedHosts

    /// - Parameter later: runs a closure on the loop after what waits there already; large ranges are
    ///   read in pieces by it.
    package init(
        replica: Replica, keeper: Gatekeeper, options: EtcdDoorOptions = EtcdDoorOptions(),
        later: @escaping (@escaping () -> Void) -> Void
    ) {
        precondition(options.requestBytesMax > 0, "a request needs room")
        precondition(options.txnOperationsMax > 0, "a transaction needs operations")
        self.replica = replica
        self.options = options
        self.keeper = keeper
        services = EtcdServices(
            replica: replica, keeper: keeper, options: options, later: later)
        streams = OpenStreams(replica: replica)
        gateway = Gateway(services, options: options, streams: streams)
        pages = PlainPages(replica: replica, options: options)
        origins = AllowedOrigins(options.origins)
        hosts = AllowedHosts(options.hosts)
        replica.metrics.registry.register(EtcdGauges(replica, version: options.etcdVersion))
    }

    /// Adds the gRPC methods to a server's router, and the limit of the gateway's bodies: the same
    /// message is longer in base64.
    package func register(on router: Router) {
        add(KVMethods.range, services.kv.range, forLearners: true, to: router)
        add(KVMethods.put, services.kv.put, to: router)
        add(KVMethods.deleteRange, services.kv.deleteRange, to: router)
        add(KVMethods.txn, services.kv.txn, to: router)
        add(KVMethods.compact, services.kv.compact, to: router)
        registerLeases(on: router)
        registerContests(on: router)
        registerUsers(on: router)
        add(stream: WatchMethods.watch, services.watch.watch, to: router)
        registerMembers(on: router)
        registerMaintenance(on: router)
        add(StoreMethods.readModifyWrite, services.store.readModifyWrite, to: router)
        add(StoreMethods.registerSession, services.store.registerSession, to: router)
        add(FaultsMethods.killRole, services.faults.killRole, forLearners: true, to: router)
        add(FaultsMethods.reviveRole, services.faults.reviveRole, forLearners: true, to: router)
        add(FaultsMethods.pauseFlush, services.faults.pauseFlush, forLearners: true, to: router)
        add(FaultsMethods.roles, services.faults.roles, forLearners: true, to: router)
        add(HealthMethods.check, services.health.check, forLearners: true, to: router)
        for path in [
            ServerReflectionMethods.serverReflectionInfo, ReflectionService.pathOfAlpha,
        ] {
            add(stream: path, services.reflection.reflect, forLearners: true, to: router)
        }
        let health = services.health
        router.register(stream: HealthMethods.watch, maxMessageBytes: options.messageBytesMax) {
            health.watch($0)
        }
        router.limitBodies(prefix: "/v3", maxBodyBytes: options.bodyBytesMax)
        for path in gateway.openBodies { router.streamBody(path: path) }
    }

    private func registerMaintenance(on router: Router) {
        let maintenance = services.maintenance
        add(MaintenanceMethods.status, maintenance.status, forLearners: true, to: router)
        add(MaintenanceMethods.alarm, maintenance.alarm, to: router)
        add(MaintenanceMethods.moveLeader, maintenance.moveLeader, to: router)
        add(MaintenanceMethods.defragment, maintenance.defragment, to: router)
        add(MaintenanceMethods.downgrade, maintenance.downgrade, to: router)
        add(MaintenanceMethods.hash, services.hash.hash, to: router)
        add(MaintenanceMethods.hashKv, services.hash.hashKV, to: router)
        add(
            stream: MaintenanceMethods.snapshot, kind: .serverStream, services.snapshot.snapshot,
            forLearners: true, to: router)
    }

    private func registerLeases(on router: Router) {
        let lease = services.lease
        add(LeaseMethods.leaseGrant, lease.grant, to: router)
        add(LeaseMethods.leaseRevoke, lease.revoke, to: router)
        add(LeaseMethods.leaseTimeToLive, lease.timeToLive, to: router)
        add(LeaseMethods.leaseLeases, lease.leases, to: router)
        add(stream: LeaseMethods.leaseKeepAlive, lease.keepAlive, to: router)
    }

    private func registerContests(on router: Router) {
        add(LockMethods.lock, services.lock.lock, to: router)
        add(LockMethods.unlock, services.lock.unlock, to: router)
        let election = services.election
        add(ElectionMethods.campaign, election.campaign, to: router)
        add(ElectionMethods.proclaim, election.proclaim, to: router)
        add(ElectionMethods.leader, election.leader, to: router)
        add(ElectionMethods.resign, election.resign, to: router)
        add(stream: ElectionMethods.observe, kind: .serverStream, election.observe, to: router)
    }

    private func registerUsers(on router: Router) {
        let auth = services.auth
        add(AuthMethods.authEnable, auth.enable, to: router)
        add(AuthMethods.authDisable, auth.disable, to: router)
        add(AuthMethods.authStatus, auth.status, to: router)
        add(AuthMethods.authenticate, auth.authenticate, to: router)
        add(AuthMethods.userAdd, auth.userAdd, to: router)
        add(AuthMethods.userGet, auth.userGet, to: router)
        add(AuthMethods.userList, auth.userList, to: router)
        add(AuthMethods.userDelete, auth.userDelete, to: router)
        add(AuthMethods.userChangePassword, auth.userChangePassword, to: router)
        add(AuthMethods.userGrantRole, auth.userGrantRole, to: router)
        add(AuthMethods.userRevokeRole, auth.userRevokeRole, to: router)
        add(AuthMethods.roleAdd, auth.roleAdd, to: router)
        add(AuthMethods.roleGet, auth.roleGet, to: router)
        add(AuthMethods.roleList, auth.roleList, to: router)
        add(AuthMethods.roleDelete, auth.roleDelete, to: router)
        add(AuthMethods.roleGrantPermission, auth.roleGrantPermission, to: router)
        add(AuthMethods.roleRevokePermission, auth.roleRevokePermission, to: router)
    }

    private func registerMembers(on router: Router) {
        let cluster = services.cluster
        add(ClusterMethods.memberList, cluster.memberList, to: router)
        add(ClusterMethods.memberAdd, cluster.memberAdd, to: router)
        add(ClusterMethods.memberPromote, cluster.memberPromote, to: router)
        add(ClusterMethods.memberRemove, cluster.memberRemove, to: router)
        add(ClusterMethods.memberUpdate, cluster.memberUpdate, to: router)
        add(MembersMethods.replace, cluster.memberReplace, to: router)
    }

    /// Whether a plain HTTP request goes on to a door of this node: the rules for web pages hold for all of them. What
    /// does not go on is answered.
    ///
    /// - Parameter isForPages: false for a door that no web page may read from or give orders to, whatever `--cors` says.
    package func admits(_ exchange: HTTPExchange, isForPages: Bool = true) -> Bool {
        guard hosts.admit(exchange), origins.admitWebSocket(exchange) else { return false }
        guard isForPages else { return origins.admitNoPage(exchange) }
        origins.mark(exchange)
        guard exchange.method == "OPTIONS" else { return true }
        // A browser asks before it sends.
        exchange.respond(status: 200)
        return false
    }

    /// Answers a plain HTTP request that was admitted, with 404 if this door has no such path.
    package func answer(_ exchange: HTTPExchange) {
        if Gateway.owns(exchange.path) { return gateway.answer(exchange) }
        answerPage(exchange)
    }

    /// Answers what those ask who watch nodes: health, metrics and version; all else with 404.
    package func answerPage(_ exchange: HTTPExchange) {
        guard let page = page(exchange.path) else {
            return exchange.respond(
                status: 404, headers: [("content-type", "text/plain")],
                body: Array("404 page not found\n".utf8))
        }
        guard exchange.method == "GET" || exchange.method == "HEAD" else {
            return exchange.respond(
                status: 405, headers: [("allow", "GET"), ("content-type", "text/plain")],
                body: Array("Method Not Allowed\n".utf8))
        }
        page(exchange)
    }

    /// To be called ten times a second: tells those who watch the health, and ends streams that cannot go on.
    package func tick() {
        services.health.tellWatchers()
        keeper.tick()
        streams.tick()
        services.contests.tick(isLeaderless: streams.isLeaderless)
    }

    private func page(_ path: String) -> ((HTTPExchange) -> Void)? {
        switch path {
        case "/health": pages.health
        case "/version": pages.version
        case "/metrics": pages.metrics
        default:
            HealthCheck.of(path: path).map { [replica] checks in
                { HealthPages(replica: replica).answer($0, checks) }
            }
        }
    }

    /// - Parameter forLearners: whether a member that waits to be promoted serves it, too.
    private func add(
        _ path: String, _ method: @escaping (UnsafeRawBufferPointer, Caller) -> Void,
        forLearners: Bool = false, to router: Router
    ) {
        let parts = path.split(separator: "/")
        precondition(parts.count == 2, "a path is /service/method")
        let grpc = GRPCMethod(
            counters: replica.metrics.calls(
                service: String(parts[0]), method: String(parts[1]),
                areMeasured: options.measuresCalls),
            responseBytesMax: options.responseBytesMax)
        let admission = Admission(path: path)
        let (gate, entrance) = (services.gate, services.entrance)
        router.register(unary: path, maxMessageBytes: options.messageBytesMax) {
            call, message in
            grpc.begin()
            let caller = Caller.grpc(call, grpc)
            if let error = entrance.refusal(of: caller, forLearners: forLearners) {
                return caller.fail(CallFailure(error))
            }
            if gate.isOn { return gate.admit(caller, admission, message, method) }
            method(message, caller)
        }
    }

    /// Adds a method that streams, of whatever direction.
    private func add(
        stream path: String, kind: CallKind = .bidirectionalStream,
        _ method: @escaping (StreamCaller) -> Void, forLearners: Bool = false, to router: Router
    ) {
        let parts = path.split(separator: "/")
        precondition(parts.count == 2, "a path is /service/method")
        let counters = replica.metrics.calls(
            service: String(parts[0]), method: String(parts[1]), kind: kind,
            areMeasured: options.measuresCalls)
        let right = RPCRights.right(of: path)
        let gate = services.gate
        router.register(stream: path, maxMessageBytes: options.messageBytesMax) {
            [streams] stream in
            counters.started.increment()
            let caller = StreamCaller(stream, counters)
            streams.begin(caller, forLearners: forLearners) { gate.admit($0, right, method) }
        }
    }
}
