internal import EtcdMessages
internal import StateMachine

/// What it takes to call a method while users count.
enum RPCRight: Equatable {
    /// Nothing.
    case anyone
    /// Any user.
    case user
    /// A user, and rights on the keys that the request names: asked where they are known, again at apply for
    /// everything that goes through the log.
    case byRequest
    /// The role `root`, unless what the request asks about is the user's own.
    case ownOrRoot
    /// The role `root`.
    case root

    /// Whether the user may call the method at all. Whoever has no name is told as by etcd: where keys are asked for,
    /// that it has no right on them, and everywhere else that it has no name.
    func require(_ rights: UserRights) throws(KVError) {
        switch self {
        case .root: try rights.requireRoot()
        case .byRequest where rights.user.isEmpty: throw .permissionDenied
        case .anyone, .user, .byRequest, .ownOrRoot: break
        }
    }
}

/// The one table of what each method takes. What is not in it takes the role `root`.
enum RPCRights {
    static func right(of path: String) -> RPCRight { table[path] ?? .root }

    /// The same for a path of the gateway, without its version.
    static func right(ofGateway path: String) -> RPCRight {
        gateway[path].map(right(of:)) ?? .root
    }

    static let table: [String: RPCRight] = [
        KVMethods.range: .byRequest,
        KVMethods.put: .byRequest,
        KVMethods.deleteRange: .byRequest,
        KVMethods.txn: .byRequest,
        KVMethods.compact: .root,
        KVMethods.rangeStream: .root,
        WatchMethods.watch: .byRequest,
        LeaseMethods.leaseGrant: .user,
        LeaseMethods.leaseRevoke: .byRequest,
        LeaseMethods.leaseKeepAlive: .byRequest,
        LeaseMethods.leaseTimeToLive: .byRequest,
        LeaseMethods.leaseLeases: .byRequest,
        LockMethods.lock: .byRequest,
        LockMethods.unlock: .byRequest,
        ElectionMethods.campaign: .byRequest,
        ElectionMethods.proclaim: .byRequest,
        ElectionMethods.leader: .byRequest,
        ElectionMethods.observe: .byRequest,
        ElectionMethods.resign: .byRequest,
        ClusterMethods.memberList: .user,
        ClusterMethods.memberAdd: .root,
        ClusterMethods.memberRemove: .root,
        ClusterMethods.memberUpdate: .root,
        ClusterMethods.memberPromote: .root,
        MembersMethods.replace: .root,
        MaintenanceMethods.status: .user,
        // To list them takes a user, anything else the role `root`.
        MaintenanceMethods.alarm: .byRequest,
        MaintenanceMethods.defragment: .root,
        MaintenanceMethods.hash: .root,
        MaintenanceMethods.hashKv: .root,
        MaintenanceMethods.snapshot: .root,
        MaintenanceMethods.moveLeader: .root,
        MaintenanceMethods.downgrade: .root,
        AuthMethods.authEnable: .root,
        AuthMethods.authDisable: .root,
        AuthMethods.authStatus: .anyone,
        AuthMethods.authenticate: .anyone,
        AuthMethods.userAdd: .root,
        AuthMethods.userGet: .ownOrRoot,
        AuthMethods.userList: .root,
        AuthMethods.userDelete: .root,
        AuthMethods.userChangePassword: .root,
        AuthMethods.userGrantRole: .root,
        AuthMethods.userRevokeRole: .root,
        AuthMethods.roleAdd: .root,
        AuthMethods.roleGet: .ownOrRoot,
        AuthMethods.roleList: .root,
        AuthMethods.roleDelete: .root,
        AuthMethods.roleGrantPermission: .root,
        AuthMethods.roleRevokePermission: .root,
        StoreMethods.readModifyWrite: .byRequest,
        StoreMethods.registerSession: .user,
        FaultsMethods.roles: .user,
        FaultsMethods.killRole: .root,
        FaultsMethods.reviveRole: .root,
        FaultsMethods.pauseFlush: .root,
        HealthMethods.check: .anyone,
        HealthMethods.watch: .anyone,
        ServerReflectionMethods.serverReflectionInfo: .anyone,
        ReflectionService.pathOfAlpha: .anyone,
    ]

    /// Which method a path of the gateway is.
    static let gateway: [String: String] = [
        "kv/range": KVMethods.range,
        "kv/put": KVMethods.put,
        "kv/deleterange": KVMethods.deleteRange,
        "kv/txn": KVMethods.txn,
        "kv/compaction": KVMethods.compact,
        "kv/lease/revoke": LeaseMethods.leaseRevoke,
        "kv/lease/timetolive": LeaseMethods.leaseTimeToLive,
        "kv/lease/leases": LeaseMethods.leaseLeases,
        "watch": WatchMethods.watch,
        "lease/grant": LeaseMethods.leaseGrant,
        "lease/revoke": LeaseMethods.leaseRevoke,
        "lease/timetolive": LeaseMethods.leaseTimeToLive,
        "lease/leases": LeaseMethods.leaseLeases,
        "lease/keepalive": LeaseMethods.leaseKeepAlive,
        "lock/lock": LockMethods.lock,
        "lock/unlock": LockMethods.unlock,
        "election/campaign": ElectionMethods.campaign,
        "election/proclaim": ElectionMethods.proclaim,
        "election/leader": ElectionMethods.leader,
        "election/observe": ElectionMethods.observe,
        "election/resign": ElectionMethods.resign,
        "cluster/member/list": ClusterMethods.memberList,
        "cluster/member/add": ClusterMethods.memberAdd,
        "cluster/member/promote": ClusterMethods.memberPromote,
        "cluster/member/remove": ClusterMethods.memberRemove,
        "cluster/member/update": ClusterMethods.memberUpdate,
        "cluster/member/replace": MembersMethods.replace,
        "maintenance/alarm": MaintenanceMethods.alarm,
        "maintenance/status": MaintenanceMethods.status,
        "maintenance/defragment": MaintenanceMethods.defragment,
        "maintenance/hash": MaintenanceMethods.hash,
        "maintenance/hashkv": MaintenanceMethods.hashKv,
        "maintenance/snapshot": MaintenanceMethods.snapshot,
        "maintenance/transfer-leadership": MaintenanceMethods.moveLeader,
        "maintenance/downgrade": MaintenanceMethods.downgrade,
        "auth/authenticate": AuthMethods.authenticate,
        "auth/enable": AuthMethods.authEnable,
        "auth/disable": AuthMethods.authDisable,
        "auth/status": AuthMethods.authStatus,
        "auth/user/add": AuthMethods.userAdd,
        "auth/user/get": AuthMethods.userGet,
        "auth/user/list": AuthMethods.userList,
        "auth/user/delete": AuthMethods.userDelete,
        "auth/user/changepw": AuthMethods.userChangePassword,
        "auth/user/grant": AuthMethods.userGrantRole,
        "auth/user/revoke": AuthMethods.userRevokeRole,
        "auth/role/add": AuthMethods.roleAdd,
        "auth/role/get": AuthMethods.roleGet,
        "auth/role/list": AuthMethods.roleList,
        "auth/role/delete": AuthMethods.roleDelete,
        "auth/role/grant": AuthMethods.roleGrantPermission,
        "auth/role/revoke": AuthMethods.roleRevokePermission,
    ]
}
