internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Transport

/// The JSON gateway: methods as HTTP POST, the request message as the body; a streamed answer is a line for each
/// message.
final class Gateway {
    private typealias Method = ([UInt8], GatewayCall) -> Void

    /// The version of the API comes first in a path; old clients name it otherwise.
    private static let prefixes = ["/v3/", "/v3beta/", "/v3alpha/"]

    private var methods: [String: Method] = [:]
    private var streamingMethods: [String: (HTTPExchange) -> Void] = [:]
    /// Paths whose requests are answered while their bodies come.
    private(set) var openBodies: [String] = []
    private let streams: OpenStreams
    private let gate: Gate
    private let entrance: Entrance
    private let options: EtcdDoorOptions

    init(
        _ services: EtcdServices, options: EtcdDoorOptions, streams: OpenStreams
    ) {
        self.streams = streams
        gate = services.gate
        entrance = services.entrance
        self.options = options
        add("kv/range", RangeRequest.self, forLearners: true, services.kv.range)
        add("kv/put", PutRequest.self, services.kv.put)
        add("kv/deleterange", DeleteRangeRequest.self, services.kv.deleteRange)
        add("kv/txn", TxnRequest.self, services.kv.txn)
        add("kv/compaction", CompactionRequest.self, services.kv.compact)
        addLeases(services.lease)
        addContests(services.lock, services.election)
        addUsers(services.auth)
        add(stream: "watch", WatchRequest.self, takesMany: true, services.watch.watch)
        addMembers(services.cluster)
        addMaintenance(services)
    }

    private func addMaintenance(_ services: EtcdServices) {
        let maintenance = services.maintenance
        add("maintenance/alarm", AlarmRequest.self, maintenance.alarm)
        add("maintenance/transfer-leadership", MoveLeaderRequest.self, maintenance.moveLeader)
        add("maintenance/status", StatusRequest.self, forLearners: true, maintenance.status)
        add("maintenance/defragment", DefragmentRequest.self, maintenance.defragment)
        add("maintenance/downgrade", DowngradeRequest.self, maintenance.downgrade)
        add("maintenance/hash", HashRequest.self, services.hash.hash)
        add("maintenance/hashkv", HashKVRequest.self, services.hash.hashKV)
        add(
            stream: "maintenance/snapshot", SnapshotRequest.self, forLearners: true,
            services.snapshot.snapshot)
    }

    /// All paths, without their version.
    var paths: [String] { (Array(methods.keys) + Array(streamingMethods.keys)).sorted() }

    private func addLeases(_ lease: LeaseService) {
        add("lease/grant", LeaseGrantRequest.self, lease.grant)
        for prefix in ["lease", "kv/lease"] {
            add("\(prefix)/revoke", LeaseRevokeRequest.self, lease.revoke)
            add("\(prefix)/timetolive", LeaseTimeToLiveRequest.self, lease.timeToLive)
            add("\(prefix)/leases", LeaseLeasesRequest.self, lease.leases)
        }
        add(
            stream: "lease/keepalive", LeaseKeepAliveRequest.self, takesMany: true,
            lease.keepAlive)
    }

    private func addContests(_ lock: LockService, _ election: ElectionService) {
        add("lock/lock", LockRequest.self, lock.lock)
        add("lock/unlock", UnlockRequest.self, lock.unlock)
        add("election/campaign", CampaignRequest.self, election.campaign)
        add("election/proclaim", ProclaimRequest.self, election.proclaim)
        add("election/leader", LeaderRequest.self, election.leader)
        add("election/resign", ResignRequest.self, election.resign)
        add(stream: "election/observe", LeaderRequest.self, election.observe)
    }

    private func addUsers(_ auth: AuthService) {
        add("auth/authenticate", AuthenticateRequest.self, auth.authenticate)
        add("auth/enable", AuthEnableRequest.self, auth.enable)
        add("auth/disable", AuthDisableRequest.self, auth.disable)
        add("auth/status", AuthStatusRequest.self, auth.status)
        add("auth/user/add", AuthUserAddRequest.self, auth.userAdd)
        add("auth/user/get", AuthUserGetRequest.self, auth.userGet)
        add("auth/user/list", AuthUserListRequest.self, auth.userList)
        add("auth/user/delete", AuthUserDeleteRequest.self, auth.userDelete)
        add("auth/user/changepw", AuthUserChangePasswordRequest.self, auth.userChangePassword)
        add("auth/user/grant", AuthUserGrantRoleRequest.self, auth.userGrantRole)
        add("auth/user/revoke", AuthUserRevokeRoleRequest.self, auth.userRevokeRole)
        add("auth/role/add", AuthRoleAddRequest.self, auth.roleAdd)
        add("auth/role/get", AuthRoleGetRequest.self, auth.roleGet)
        add("auth/role/list", AuthRoleListRequest.self, auth.roleList)
        add("auth/role/delete", AuthRoleDeleteRequest.self, auth.roleDelete)
        add("auth/role/grant", AuthRoleGrantPermissionRequest.self, auth.roleGrantPermission)
        add("auth/role/revoke", AuthRoleRevokePermissionRequest.self, auth.roleRevokePermission)
    }

    private func addMembers(_ cluster: ClusterService) {
        add("cluster/member/list", MemberListRequest.self, cluster.memberList)
        add("cluster/member/add", MemberAddRequest.self, cluster.memberAdd)
        add("cluster/member/promote", MemberPromoteRequest.self, cluster.memberPromote)
        add("cluster/member/remove", MemberRemoveRequest.self, cluster.memberRemove)
        add("cluster/member/update", MemberUpdateRequest.self, cluster.memberUpdate)
        add("cluster/member/replace", ReplaceMemberRequest.self, cluster.memberReplace)
    }

    private func add<Request: ProtobufJSONMessage>(
        _ path: String, _ type: Request.Type, forLearners: Bool = false,
        _ method: @escaping (UnsafeRawBufferPointer, Caller) -> Void
    ) {
        let messageBytesMax = options.messageBytesMax
        let admission = Admission(gateway: path)
        methods[path] = { [entrance, gate] body, call in
            guard let request = Self.decode(type, body, call) else { return }
            let bytes = request.serializedBytes()
            guard bytes.count <= messageBytesMax else {
                let error = FramingError.tooLarge(size: bytes.count, limit: messageBytesMax)
                return call.fail(CallFailure(error.status))
            }
            if let error = entrance.refusal(of: .gateway(call), forLearners: forLearners) {
                return call.fail(CallFailure(error))
            }
            bytes.withUnsafeBytes { bytes in
                if gate.isOn { return gate.admit(.gateway(call), admission, bytes, method) }
                method(bytes, .gateway(call))
            }
        }
    }

    /// Adds a method that streams: the body holds its messages one after another, the answer is a line for each.
    /// - Parameter takesMany: whether the client may go on to send messages while it is answered.
    private func add<Request: ProtobufJSONMessage>(
        stream path: String, _ type: Request.Type, forLearners: Bool = false,
        takesMany: Bool = false, _ method: @escaping (StreamCaller) -> Void
    ) {
        let right = RPCRights.right(ofGateway: path)
        if takesMany { openBodies += Self.prefixes.map { $0 + path } }
        streamingMethods[path] = { [streams, gate, options] exchange in
            let caller = StreamCaller(exchange)
            streams.begin(caller, forLearners: forLearners) { gate.admit($0, right, method) }
            GatewayMessages.read(exchange, for: caller, options) { text throws(JSONError) in
                try Request(jsonValue: JSONValue.parse(text)).serializedBytes()
            }
        }
    }

    /// The message of a body; nil if it is none, and then the call is answered.
    private static func decode<Request: ProtobufJSONMessage>(
        _ type: Request.Type, _ body: [UInt8], _ call: GatewayCall
    ) -> Request? {
        do throws(JSONError) {
            return try body.withUnsafeBufferPointer { bytes throws(JSONError) -> Request in
                // As in etcd: no body at all, and null, are the empty message; what follows the
                // object is not looked at.
                var parser = JSONParser(UnsafeRawBufferPointer(bytes))
                guard let value = try parser.next(), !value.isNull else { return Request() }
                return try Request(jsonValue: value)
            }
        } catch {
            call.fail(CallFailure(GRPCStatus(.invalidArgument, error.description)))
            return nil
        }
    }

    /// Whether a path belongs to the gateway.
    static func owns(_ path: String) -> Bool { prefixes.contains { path.hasPrefix($0) } }

    /// Answers one request below `/v3/` or an older name of it.
    func answer(_ exchange: HTTPExchange) {
        let call = GatewayCall(exchange, responseBytesMax: options.responseBytesMax)
        let prefix = Self.prefixes.first { exchange.path.hasPrefix($0) } ?? ""
        let name = String(exchange.path.dropFirst(prefix.count))
        let handler = methods[name]
        let streamingHandler = streamingMethods[name]
        guard handler != nil || streamingHandler != nil else {
            return call.fail(CallFailure(GRPCStatus(.notFound, "Not Found")))
        }
        if exchange.asksForWebSocket {
            return overWebSocket(exchange, handler: handler, streamingHandler: streamingHandler)
        }
        guard exchange.method == "POST" else { return call.failMethod() }
        handler?(exchange.body, call)
        streamingHandler?(exchange)
    }

    /// The same by a WebSocket: the messages of a stream are the client's; a method that does not stream takes the
    /// first one.
    private func overWebSocket(
        _ asking: HTTPExchange, handler: Method?, streamingHandler: ((HTTPExchange) -> Void)?
    ) {
        let handshake = GatewayHandshake(asking)
        let exchange = asking.startWebSocket(
            headers: handshake.headers, subprotocol: handshake.subprotocol,
            messageBytesMax: options.bodyBytesMax)
        guard let exchange else { return }
        if let streamingHandler { return streamingHandler(exchange) }
        let call = GatewayCall(exchange, responseBytesMax: options.responseBytesMax)
        exchange.onBodyStall = { call.fail(CallFailure(GatewayMessages.stall)) }
        exchange.onBody = { [unowned exchange] message in
            exchange.note(messages: 1, unfinishedBytes: 0)
            // From now on the method alone decides when the call ends: who waits for a lock must leave by its own way.
            exchange.onBody = nil
            exchange.onBodyStall = nil
            handler?(Array(message), call)
        }
    }
}
