import EtcdAPI
import EtcdMessages
import GRPC
import LogTesting
import Protobuf
import Replication
import MVCC
import StateMachine
import Testing
import Transport

/// Each error that a client can provoke, letter by letter.
@Suite struct ErrorTextTests {
    struct Refused: CustomTestStringConvertible, Sendable {
        let name: String
        let path: String
        let request: [UInt8]
        let code: GRPCCode
        let text: String

        init(
            _ name: String, _ path: String, _ request: some ProtobufMessage, _ code: GRPCCode,
            _ text: String
        ) {
            self.name = name
            self.path = path
            self.request = request.serializedBytes()
            self.code = code
            self.text = text
        }

        var testDescription: String { name }
    }

    private static func put(_ change: (inout PutRequest) -> Void) -> PutRequest {
        var request = PutRequest()
        request.key = Array("new".utf8)
        change(&request)
        return request
    }

    private static func range(_ change: (inout RangeRequest) -> Void) -> RangeRequest {
        var request = RangeRequest()
        request.key = Array("text".utf8)
        change(&request)
        return request
    }

    private static func operation(_ request: RequestOp.OneOf_Request?) -> RequestOp {
        var operation = RequestOp()
        operation.request = request
        return operation
    }

    private static func txn(_ success: [RequestOp]) -> TxnRequest {
        var txn = TxnRequest()
        txn.success = success
        return txn
    }

    private static func change(
        _ key: String, _ operation: ReadModifyWriteRequest.OneOf_Operation?
    ) -> ReadModifyWriteRequest {
        var request = ReadModifyWriteRequest()
        request.key = Array(key.utf8)
        request.operation = operation
        return request
    }

    private static func add(_ delta: Int64) -> ReadModifyWriteRequest.OneOf_Operation {
        var add = ReadModifyWriteRequest.Add()
        add.delta = delta
        return .add(add)
    }

    private static func compaction(_ revision: Int64) -> CompactionRequest {
        var request = CompactionRequest()
        request.revision = revision
        return request
    }

    private static func manyCompares(_ count: Int) -> TxnRequest {
        var compare = Compare()
        compare.key = [1]
        var txn = TxnRequest()
        txn.compare = Array(repeating: compare, count: count)
        return txn
    }

    private static func duplicate() -> TxnRequest {
        let put = operation(.requestPut(put { _ in }))
        return txn([put, operation(.requestTxn(txn([put])))])
    }

    static let puts: [Refused] = [
        Refused(
            "put without a key", KVMethods.put, put { $0.key = [] }, .invalidArgument,
            "etcdserver: key is not provided"),
        Refused(
            "ignore_value with a value", KVMethods.put,
            put {
                $0.ignoreValue = true
                $0.value = [1]
            }, .invalidArgument, "etcdserver: value is provided"),
        Refused(
            "ignore_lease with a lease", KVMethods.put,
            put {
                $0.ignoreLease = true
                $0.lease = -7
            }, .invalidArgument, "etcdserver: lease is provided"),
        Refused(
            "ignore_value of a missing key", KVMethods.put, put { $0.ignoreValue = true },
            .invalidArgument, "etcdserver: key not found"),
        Refused(
            "ignore_lease of a missing key", KVMethods.put, put { $0.ignoreLease = true },
            .invalidArgument, "etcdserver: key not found"),
        Refused(
            "an unknown lease", KVMethods.put, put { $0.lease = 5 }, .notFound,
            "etcdserver: requested lease not found"),
        Refused(
            "put over the limit", KVMethods.put,
            put { $0.value = [UInt8](repeating: 7, count: 3 << 19) }, .invalidArgument,
            "etcdserver: request is too large"),
    ]

    static let others: [Refused] = [
        Refused(
            "range without a key", KVMethods.range, RangeRequest(), .invalidArgument,
            "etcdserver: key is not provided"),
        Refused(
            "an unknown sort target", KVMethods.range,
            range { $0.sortTarget = .UNRECOGNIZED(9) }, .invalidArgument,
            "etcdserver: invalid sort option"),
        Refused(
            "an unknown sort order", KVMethods.range, range { $0.sortOrder = .UNRECOGNIZED(3) },
            .invalidArgument, "etcdserver: invalid sort option"),
        Refused(
            "a revision to come", KVMethods.range, range { $0.revision = 1_000 }, .outOfRange,
            "etcdserver: mvcc: required revision is a future revision"),
        Refused(
            "a future range of many keys", KVMethods.range,
            range {
                $0.revision = 1_000
                $0.rangeEnd = [0]
                $0.serializable = true
            }, .outOfRange, "etcdserver: mvcc: required revision is a future revision"),
        Refused(
            "a compacted revision", KVMethods.range, range { $0.revision = 1 }, .outOfRange,
            "etcdserver: mvcc: required revision has been compacted"),
        Refused(
            "delete without a key", KVMethods.deleteRange, DeleteRangeRequest(), .invalidArgument,
            "etcdserver: key is not provided"),
        Refused(
            "compaction of the compacted", KVMethods.compact, compaction(2), .outOfRange,
            "etcdserver: mvcc: required revision has been compacted"),
        Refused(
            "compaction of the future", KVMethods.compact, compaction(1_000), .outOfRange,
            "etcdserver: mvcc: required revision is a future revision"),
    ]

    static let transactions: [Refused] = [
        Refused(
            "129 compares", KVMethods.txn, manyCompares(129), .invalidArgument,
            "etcdserver: too many operations in txn request"),
        Refused(
            "one key put twice", KVMethods.txn, duplicate(), .invalidArgument,
            "etcdserver: duplicate key given in txn request"),
        Refused(
            "an empty operation", KVMethods.txn, txn([operation(nil)]), .invalidArgument,
            "etcdserver: key not found"),
        Refused(
            "a put without a key inside", KVMethods.txn,
            txn([operation(.requestPut(PutRequest()))]), .invalidArgument,
            "etcdserver: key is not provided"),
        Refused(
            "a future range inside", KVMethods.txn,
            txn([operation(.requestRange(range { $0.revision = 1_000 }))]), .outOfRange,
            "etcdserver: mvcc: required revision is a future revision"),
    ]

    static let changes: [Refused] = [
        Refused(
            "a change without a key", StoreMethods.readModifyWrite, change("", add(1)),
            .invalidArgument, "etcdserver: key is not provided"),
        Refused(
            "a change without an operation", StoreMethods.readModifyWrite, change("k", nil),
            .invalidArgument, "synod: operation is not provided"),
        Refused(
            "adding to text", StoreMethods.readModifyWrite, change("text", add(1)),
            .failedPrecondition, "synod: value is not a decimal number of 64 bits"),
        Refused(
            "a sum beyond 64 bits", StoreMethods.readModifyWrite, change("number", add(.max)),
            .outOfRange, "synod: sum does not fit in 64 bits"),
    ]

    @Test func refusalsHaveTheContractsWords() throws {
        let harness = try DoorHarness()
        try harness.put("text", "abc")
        try harness.put("number", "1")
        let _: CompactionResponse = try harness.call(KVMethods.compact, Self.compaction(2))
        let revision = harness.replica.machine.keyspace.revision
        for refused in Self.puts + Self.others + Self.transactions + Self.changes {
            let failure = try harness.failure(refused.path, refused.request)
            #expect(failure.code == refused.code, "\(refused.name)")
            #expect(failure.message == refused.text, "\(refused.name)")
            #expect(!failure.trailers.contains { $0.0 == "synod-outcome" }, "\(refused.name)")
        }
        #expect(harness.replica.machine.keyspace.revision == revision)
    }

    @Test func limitsAreTheOperators() throws {
        var options = EtcdDoorOptions()
        options.txnOperationsMax = 2
        options.requestBytesMax = 1_000
        let harness = try DoorHarness(options: options)
        let _: TxnResponse = try harness.call(KVMethods.txn, Self.manyCompares(2))
        let compares = try harness.failure(
            KVMethods.txn, Self.manyCompares(3).serializedBytes())
        #expect(compares.message == EtcdError.tooManyOperations.text)
        let whole = Self.put { $0.value = [UInt8](repeating: 7, count: 990) }
        #expect(whole.serializedBytes().count <= 1_000)
        let _: PutResponse = try harness.call(KVMethods.put, whole)
        let large = Self.put { $0.value = [UInt8](repeating: 7, count: 1_000) }
        let tooLarge = try harness.failure(KVMethods.put, large.serializedBytes())
        #expect(tooLarge.message == EtcdError.requestTooLarge.text)
    }

    @Test func messagesBeyondTheFrameLimitGetGRPCsOwnText() throws {
        let harness = try DoorHarness()
        let size = (3 << 19) + (1 << 19) + 1
        let failure = try harness.failure(KVMethods.put, [UInt8](repeating: 0, count: size))
        #expect(failure.code == .resourceExhausted)
        #expect(
            failure.message == "grpc: received message larger than max (\(size) vs. \(size - 1))")
        try harness.put("still", "alive")
    }

    @Test func answersHaveALimitToo() throws {
        var options = EtcdDoorOptions()
        options.responseBytesMax = 1_000
        let harness = try DoorHarness(options: options)
        try harness.put("k", String(repeating: "v", count: 2_000))
        for end in [[], [0]] as [[UInt8]] {
            var range = RangeRequest()
            range.key = Array("k".utf8)
            range.rangeEnd = end
            let failure = try harness.failure(KVMethods.range, range.serializedBytes())
            #expect(failure.code == .resourceExhausted)
            #expect(failure.message.hasPrefix("grpc: trying to send message larger than max ("))
            // A write with such an answer has run.
            #expect(failure.trailers.contains { $0 == ("synod-outcome", "unknown") })
        }
        let gateway = try harness.http("POST", "/v3/kv/range", text: #"{"key":"aw=="}"#)
        #expect(gateway.status == 429)
    }

    @Test func theGatewaysAnswersAreMeasuredAsTheyLeave() throws {
        var options = EtcdDoorOptions()
        options.responseBytesMax = 1_000
        let harness = try DoorHarness(options: options)
        try harness.put("k", String(repeating: "v", count: 800))
        let range = RangeRequest.with { $0.key = Array("k".utf8) }
        let response: RangeResponse = try harness.call(KVMethods.range, range)
        #expect(response.kvs.map(\.value.count) == [800])
        let gateway = try harness.http("POST", "/v3/kv/range", text: #"{"key":"aw=="}"#)
        #expect(gateway.status == 429)
        #expect(gateway.text.contains("grpc: trying to send message larger than max ("))
        #expect(gateway.headers["synod-outcome"] == "unknown")
    }

    @Test(arguments: [
        KVMethods.range, KVMethods.put, KVMethods.deleteRange, KVMethods.txn, KVMethods.compact,
        ClusterMethods.memberList, MaintenanceMethods.status, StoreMethods.readModifyWrite,
        StoreMethods.registerSession, HealthMethods.check,
    ])
    func garbageIsRefused(path: String) throws {
        let harness = try DoorHarness()
        let failure = try harness.failure(path, [0x0a, 0x7f, 1])
        #expect(failure.code == .internal)
        #expect(failure.message == "grpc: error unmarshalling request: unexpected EOF")
    }

    @Test func deepNestingIsRefused() throws {
        let harness = try DoorHarness()
        var txn = TxnRequest()
        for _ in 0..<200 { txn = Self.txn([Self.operation(.requestTxn(txn))]) }
        let failure = try harness.failure(KVMethods.txn, txn.serializedBytes())
        #expect(failure.code == .internal)
        try harness.put("still", "alive")
    }

    @Test(arguments: [
        ("/etcdserverpb.KV/Nothing", "unknown method Nothing for service etcdserverpb.KV"),
        (
            "/etcdserverpb.Cluster/MemberPaint",
            "unknown method MemberPaint for service etcdserverpb.Cluster"
        ),
        ("/etcdserverpb.Paint/Mix", "unknown service etcdserverpb.Paint"),
    ])
    func otherMethodsAreUnimplemented(path: String, text: String) throws {
        let harness = try DoorHarness()
        let failure = try harness.failure(path, [])
        #expect(failure.code == .unimplemented)
        #expect(failure.message == text)
    }

    @Test func withoutALeaderItIsSaid() throws {
        let harness = try DoorHarness(isAlone: true)
        let range = Self.range { $0.serializable = true }.serializedBytes()
        let failure = try harness.failure(
            KVMethods.range, range, metadata: [("hasleader", "true")])
        #expect(failure.code == .unavailable)
        #expect(failure.message == "etcdserver: no leader")
        let status: StatusResponse = try harness.call(MaintenanceMethods.status, StatusRequest())
        #expect(status.leader == 0)
        #expect(status.errors.first == "etcdserver: no leader")
        let health: HealthCheckResponse = try harness.call(
            HealthMethods.check, HealthCheckRequest())
        #expect(health.status == .notServing)
    }

    @Test func unknownOutcomesSaySo() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        harness.node.disk.hasFailed = true
        let failure = try harness.failure(KVMethods.put, Self.put { _ in }.serializedBytes())
        #expect(failure.code == .unavailable)
        #expect(failure.message == "etcdserver: request timed out")
        #expect(failure.trailers.contains { $0 == ("synod-outcome", "unknown") })
        let gateway = try harness.http("POST", "/v3/kv/put", text: #"{"key":"aw=="}"#)
        #expect(gateway.status == 503)
        #expect(gateway.headers["synod-outcome"] == "unknown")
        let rest = try harness.http("POST", "/kv/set?key=k&value=v")
        #expect(rest.status == 504)
        #expect(rest.json["outcome"]?.asString == "unknown")
        #expect(rest.headers["x-synod-outcome"] == "unknown")
    }

    @Test func methodsAreNoPages() throws {
        let harness = try DoorHarness()
        for (type, status) in [("application/json", 404), ("application/grpc", 505)] {
            let answer = try harness.http(
                "POST", KVMethods.put, headers: ["content-type: \(type)"], text: "{}")
            #expect(answer.status == status, "\(type)")
        }
        try harness.put("still", "alive")
    }

    @Test func writesWithoutALeaderEndUnavailable() throws {
        let harness = try DoorHarness(isAlone: true)
        let failure = try harness.failure(KVMethods.put, Self.put { _ in }.serializedBytes())
        #expect(failure.code == .unavailable)
        #expect(failure.message == "etcdserver: no leader")
        let read = try harness.failure(KVMethods.range, Self.range { _ in }.serializedBytes())
        #expect(read.code == .unavailable)
    }
}
