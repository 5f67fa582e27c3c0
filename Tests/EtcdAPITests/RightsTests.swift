import EtcdMessages
import GRPC
import Protobuf
import Testing
import Transport

@testable import EtcdAPI

/// Every method, for everybody: generated from the table of rights.
@Suite("Rights of methods")
struct RightsTests {
    /// Somebody who calls: what the call says of who it is, and what that one may do.
    struct Person {
        let name: String
        let metadata: [(String, String)]
        /// Nil: nobody that the node knows.
        var readable: [(String, String)]?
        var writable: [(String, String)] = []
        var isRoot = false
        /// What nobody is told.
        var refusal = ""
    }

    /// What a request takes: to read or to write keys.
    struct Need {
        let isWrite: Bool
        let key: String
        let end: String

        static func read(_ key: String, _ end: String = "") -> Need {
            Need(isWrite: false, key: key, end: end)
        }

        static func write(_ key: String, _ end: String = "") -> Need {
            Need(isWrite: true, key: key, end: end)
        }
    }

    struct Case {
        let path: String
        let message: [UInt8]
        let json: [UInt8]
        let needs: [Need]

        init(_ path: String, _ needs: [Need], _ message: some ProtobufJSONMessage) {
            (self.path, self.needs) = (path, needs)
            (self.message, json) = (message.serializedBytes(), message.serializedJSON())
        }
    }

    static let words = Set(
        [EtcdError.userEmpty, .invalidToken, .permissionDenied, .oldAuthRevision].map(\.text))

    let users: UserHarness
    var harness: DoorHarness { users.harness }
    let people: [Person]

    init() throws {
        let harness = try DoorHarness()
        users = try UserHarness(harness)
        try users.addRole("reader", .read, "m", "n")
        try users.addRole("writer", .write, "m", "n")
        try users.addRole("other", .readwrite, "x", "y")
        try users.addUser("wrong", roles: ["other"])
        try users.addUser("reader", roles: ["reader"])
        try users.addUser("writer", roles: ["writer"])
        try users.addUser("right", roles: ["reader", "writer"])
        for (id, key) in [(Int64(71), "m1"), (72, "x1")] {
            let grant = LeaseGrantRequest.with { ($0.id, $0.ttl) = (id, 600) }
            let _: LeaseGrantResponse = try harness.call(LeaseMethods.leaseGrant, grant)
            let put = PutRequest.with { ($0.key, $0.lease) = (Array(key.utf8), id) }
            let _: PutResponse = try harness.call(KVMethods.put, put)
        }
        try users.enable()
        for name in ["wrong", "reader", "writer", "right"] { try users.login(name) }
        let range = [("m", "n")]
        people = [
            Person(name: "nobody", metadata: [], refusal: EtcdError.userEmpty.text),
            Person(
                name: "a bad token", metadata: [("token", "bad.1")],
                refusal: EtcdError.invalidToken.text),
            Person(
                name: "wrong", metadata: users.metadata("wrong"), readable: [("x", "y")],
                writable: [("x", "y")]),
            Person(name: "reader", metadata: users.metadata("reader"), readable: range),
            Person(
                name: "writer", metadata: users.metadata("writer"), readable: [], writable: range),
            Person(
                name: "right", metadata: users.metadata("right"), readable: range,
                writable: range),
            Person(name: "root", metadata: users.metadata("root"), readable: [], isRoot: true),
        ]
    }

    // MARK: The table

    @Test func everyMethodHasItsRightAndWhatHasNoneIsForRoot() {
        let methods =
            KVMethods.all + WatchMethods.all + LeaseMethods.all + ClusterMethods.all
            + MaintenanceMethods.all + AuthMethods.all + LockMethods.all + ElectionMethods.all
            + MembersMethods.all + StoreMethods.all + FaultsMethods.all + HealthMethods.all
            + ServerReflectionMethods.all + [ReflectionService.pathOfAlpha]
        for method in methods {
            #expect(RPCRights.table[method] != nil, "\(method) has no right")
        }
        #expect(Set(RPCRights.table.keys) == Set(methods))
        #expect(RPCRights.right(of: "/etcdserverpb.KV/Anything") == .root)
        #expect(RPCRights.right(ofGateway: "kv/anything") == .root)
        for path in harness.etcd.gateway.paths where path != "cluster/member/replace" {
            #expect(RPCRights.gateway[path] != nil, "\(path) is for root by accident")
        }
    }

    /// Unary methods whose right does not depend on the request. What would change who may do what comes to nothing
    /// by its empty request.
    @Test func methodsThatNameNoKeysAreForWhomTheTableSays() throws {
        let streams = [
            WatchMethods.watch, LeaseMethods.leaseKeepAlive, MaintenanceMethods.snapshot,
            HealthMethods.watch, ElectionMethods.observe, KVMethods.rangeStream,
            ServerReflectionMethods.serverReflectionInfo, ReflectionService.pathOfAlpha,
        ]
        let last = AuthMethods.authDisable
        let paths = RPCRights.table.keys.sorted().filter { path in
            !RPCRights.right(of: path).isByRequest && !streams.contains(path) && path != last
        }
        for path in paths + [last] {
            let right = RPCRights.right(of: path)
            for person in people {
                let expected: String? =
                    switch right {
                    case .anyone: nil
                    case .user, .byRequest, .ownOrRoot:
                        person.readable == nil ? person.refusal : nil
                    case .root:
                        person.readable == nil
                            ? person.refusal
                            : person.isRoot ? nil : EtcdError.permissionDenied.text
                    }
                let failure = try users.failure(path, message(path), person.metadata)
                // Nobody can do what is not there.
                if failure?.code == .unimplemented { continue }
                check(failure, expected, "\(path) by \(person.name)")
            }
        }
    }

    /// One whose refusal to root cannot be taken for the refusal of root.
    private func message(_ path: String) -> [UInt8] {
        guard path == AuthMethods.userAdd else { return [] }
        return AuthUserAddRequest.with { $0.name = "root" }.serializedBytes()
    }

    func check(_ failure: GRPCFailure?, _ expected: String?, _ what: String) {
        if let expected {
            #expect(failure?.status.message == expected, "\(what)")
        } else if let failure {
            #expect(!Self.words.contains(failure.status.message), "\(what): \(failure)")
        }
    }

    // MARK: Keys

    static let shapes: [(key: String, end: String)] = [
        ("m1", ""), ("m", "n"), ("m1", "m2"), ("l", "n"), ("m", "\u{0}"), ("\u{0}", "\u{0}"),
        ("x1", ""), ("z", ""),
    ]

    @Test func methodsThatNameKeysAreForThoseWhoMayReadOrWriteThem() throws {
        var count = 0
        for one in try Self.cases() {
            for person in people {
                let failure = try users.failure(one.path, one.message, person.metadata)
                let what = "\(one.path) \(one.needs) by \(person.name)"
                check(failure, expected(one.needs, person), what)
                count += 1
            }
        }
        #expect(count > 500)
    }

    @Test func streamsAreForThoseWhoMayReadOrWriteTheirKeys() throws {
        for shape in Self.shapes {
            let create = WatchCreateRequest.with {
                ($0.key, $0.rangeEnd) = (Array(shape.key.utf8), Array(shape.end.utf8))
            }
            let message = WatchRequest.with { $0.createRequest = create }.serializedBytes()
            for person in people {
                let (answer, _) = try stream(WatchMethods.watch, message, person)
                let response = try WatchResponse(serializedBytes: try #require(answer))
                let expected = expected([.read(shape.key, shape.end)], person)
                let what = "watch \(shape) by \(person.name)"
                #expect(response.created && response.canceled == (expected != nil), "\(what)")
                guard let expected else { continue }
                #expect(response.watchID == -1 && response.cancelReason.hasSuffix(expected))
                #expect(response.cancelReason.hasPrefix("rpc error: code = "), "\(what)")
            }
        }
        for (id, key) in [(Int64(71), "m1"), (72, "x1")] {
            let message = LeaseKeepAliveRequest.with { $0.id = id }.serializedBytes()
            for person in people {
                let (_, end) = try stream(LeaseMethods.leaseKeepAlive, message, person)
                let what = "keep-alive of \(key) by \(person.name)"
                #expect(
                    (end?.message).flatMap { $0.isEmpty ? nil : $0 }
                        == expected([.write(key)], person), "\(what)")
            }
        }
        for person in people {
            let (_, end) = try stream(MaintenanceMethods.snapshot, [], person)
            let expected =
                person.readable == nil
                ? person.refusal : person.isRoot ? nil : EtcdError.permissionDenied.text
            if let expected {
                #expect(end?.message == expected, "snapshot by \(person.name)")
            } else {
                #expect(!Self.words.contains(end?.message ?? ""))
            }
        }
    }

    @Test func leasesAreForThoseWhoMayReadOrWriteTheirKeys() throws {
        func leaseCase(_ path: String, _ needs: [Need], _ message: some ProtobufMessage) throws {
            for person in people {
                let failure = try users.failure(
                    path, message.serializedBytes(), person.metadata)
                check(failure, expected(needs, person), "\(path) \(needs) by \(person.name)")
            }
        }
        for (id, key) in [(Int64(71), "m1"), (72, "x1")] {
            try leaseCase(
                LeaseMethods.leaseTimeToLive, [.read(key)],
                LeaseTimeToLiveRequest.with { ($0.id, $0.keys) = (id, true) })
            try leaseCase(
                LeaseMethods.leaseTimeToLive, [], LeaseTimeToLiveRequest.with { $0.id = id })
        }
        try leaseCase(
            LeaseMethods.leaseLeases, [.read("m1"), .read("x1")], LeaseLeasesRequest())
    }

    func stream(
        _ path: String, _ message: [UInt8], _ person: Person
    ) throws -> (answer: [UInt8]?, end: GRPCStatus?) {
        var answer: [UInt8]?
        var end: GRPCStatus?
        let stream = harness.client.stream(path, metadata: person.metadata)
        stream.onMessage = { answer = answer ?? [UInt8]($0) }
        stream.onClose = { end = $0 }
        stream.send(message)
        harness.run { answer != nil || end != nil }
        stream.cancel()
        return (answer, answer == nil ? end : nil)
    }

    /// Whether the union of what somebody may do covers a need, key by key of an alphabet that is dense enough.
    func expected(_ needs: [Need], _ person: Person) -> String? {
        guard let readable = person.readable else { return person.refusal }
        if person.isRoot { return nil }
        let isPermitted = needs.allSatisfy { need in
            (need.isWrite ? person.writable : readable).contains { lower, upper in
                guard need.key >= lower, need.key < upper else { return false }
                return need.end.isEmpty || (need.end != "\u{0}" && need.end <= upper)
            }
        }
        return isPermitted ? nil : EtcdError.permissionDenied.text
    }

    static func cases() throws -> [Case] {
        var cases: [Case] = []
        func add(_ path: String, _ needs: [Need], _ message: some ProtobufJSONMessage) {
            cases.append(Case(path, needs, message))
        }
        for (key, end) in shapes {
            let (bytes, endBytes) = (Array(key.utf8), Array(end.utf8))
            for serializable in [false, true] {
                add(
                    KVMethods.range, [.read(key, end)],
                    RangeRequest.with {
                        ($0.key, $0.rangeEnd, $0.serializable) = (bytes, endBytes, serializable)
                    })
            }
            let compare = Compare.with { ($0.key, $0.rangeEnd) = (bytes, endBytes) }
            add(KVMethods.txn, [.read(key, end)], TxnRequest.with { $0.compare = [compare] })
            let inner = RequestOp.with { $0.requestTxn = .with { $0.compare = [compare] } }
            for nested in nestings((inner, [.read(key, end)])) {
                add(KVMethods.txn, nested.1, nested.0)
            }
            for operation in operations(key, end) {
                for nested in nestings(operation) { add(KVMethods.txn, nested.1, nested.0) }
            }
            for prevKv in [false, true] {
                let needs: [Need] = [.write(key, end)] + (prevKv ? [.read(key, end)] : [])
                add(
                    KVMethods.deleteRange, needs,
                    DeleteRangeRequest.with {
                        ($0.key, $0.rangeEnd, $0.prevKv) = (bytes, endBytes, prevKv)
                    })
            }
        }
        for key in ["m1", "x1", "z"] {
            let bytes = Array(key.utf8)
            for prevKv in [false, true] {
                for (lease, leased) in [(Int64(0), nil), (71, "m1"), (72, "x1")] {
                    let needs: [Need] =
                        [.write(key)] + (prevKv ? [.read(key)] : [])
                        + (leased.map { [.write($0)] } ?? [])
                    // Deletes took the leased keys away: they are put back where they belong.
                    if leased == nil || leased == key {
                        add(
                            KVMethods.put, needs,
                            PutRequest.with {
                                ($0.key, $0.prevKv, $0.lease) = (bytes, prevKv, lease)
                            })
                    }
                }
            }
            add(
                StoreMethods.readModifyWrite, [.write(key), .read(key)],
                ReadModifyWriteRequest.with { ($0.key, $0.append) = (bytes, [1]) })
            add(
                ElectionMethods.leader, [.read(key + "/", key + "0")],
                LeaderRequest.with { $0.name = bytes })
            add(LockMethods.unlock, [.write(key)], UnlockRequest.with { $0.key = bytes })
            let leader = LeaderKey.with { ($0.key, $0.rev) = (bytes, 1) }
            let ofLeader: [Need] = [.read(key), .write(key)]
            add(ElectionMethods.proclaim, ofLeader, ProclaimRequest.with { $0.leader = leader })
            add(ElectionMethods.resign, ofLeader, ResignRequest.with { $0.leader = leader })
        }
        add(MaintenanceMethods.alarm, [], AlarmRequest())
        add(
            MaintenanceMethods.alarm, [.write("nobody's")],
            AlarmRequest.with { $0.action = .activate })
        add(AuthMethods.userGet, [.write("nobody's")], AuthUserGetRequest.with { $0.name = "root" })
        add(AuthMethods.roleGet, [.write("nobody's")], AuthRoleGetRequest.with { $0.role = "none" })
        return cases
    }

    /// One operation of each kind, and what it takes.
    private static func operations(_ key: String, _ end: String) -> [(RequestOp, [Need])] {
        let (bytes, endBytes) = (Array(key.utf8), Array(end.utf8))
        var all: [(RequestOp, [Need])] = [
            (
                .with { $0.requestRange = .with { ($0.key, $0.rangeEnd) = (bytes, endBytes) } },
                [.read(key, end)]
            ),
            (
                .with {
                    $0.requestDeleteRange = .with { ($0.key, $0.rangeEnd) = (bytes, endBytes) }
                },
                [.write(key, end)]
            ),
            (
                .with {
                    $0.requestDeleteRange = .with {
                        ($0.key, $0.rangeEnd, $0.prevKv) = (bytes, endBytes, true)
                    }
                }, [.write(key, end), .read(key, end)]
            ),
        ]
        guard end.isEmpty else { return all }
        all.append((.with { $0.requestPut = .with { $0.key = bytes } }, [.write(key)]))
        all.append(
            (
                .with { $0.requestPut = .with { ($0.key, $0.prevKv) = (bytes, true) } },
                [.write(key), .read(key)]
            ))
        return all
    }

    /// The operation in both branches, be it executed or not, and at several depths; and beside a compare of its key.
    static func nestings(_ one: (RequestOp, [Need])) -> [(TxnRequest, [Need])] {
        let (operation, needs) = one
        let inner = TxnRequest.with { $0.failure = [operation] }
        let deeper = TxnRequest.with { $0.success = [.with { $0.requestTxn = inner }] }
        let compare = Compare.with { ($0.key, $0.rangeEnd) = (Array("m".utf8), Array("n".utf8)) }
        return [
            (.with { $0.success = [operation] }, needs),
            (.with { $0.failure = [operation] }, needs),
            (.with { $0.failure = [.with { $0.requestTxn = deeper }] }, needs),
            (
                .with {
                    $0.compare = [compare]
                    $0.failure = [operation]
                }, needs + [.read("m", "n")]
            ),
        ]
    }
}
