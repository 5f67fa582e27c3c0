import EtcdAPI
import EtcdMessages
import GRPC
import LogTesting
import Protobuf
import Replication
import Testing
import Transport

/// Alarms as clients see them: the RPC, the gateway, the errors, health and status.
@Suite struct AlarmTests {
    private func alarm(
        _ harness: DoorHarness, _ action: AlarmRequest.AlarmAction, _ type: AlarmType
    ) throws -> [AlarmMember] {
        let request = AlarmRequest.with {
            $0.action = action
            $0.alarm = type
            $0.memberID = 5
        }
        let response: AlarmResponse = try harness.call(MaintenanceMethods.alarm, request)
        #expect(response.header.memberID == harness.replica.node.memberID)
        return response.alarms
    }

    private let put = PutRequest.with { $0.key = [1] }

    @Test func aFullStoreSaysSoInEtcdsWords() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        #expect(try alarm(harness, .activate, .nospace).map(\.memberID) == [5])
        let failure = try harness.failure(KVMethods.put, put.serializedBytes())
        #expect(failure.code == .resourceExhausted)
        #expect(failure.message == "etcdserver: mvcc: database space exceeded")
        let rest = try harness.http("PUT", "/kv/put?key=k&value=v")
        #expect(rest.status != 200)
        let status: StatusResponse = try harness.call(MaintenanceMethods.status, StatusRequest())
        #expect(status.errors == ["memberID:5 alarm:NOSPACE "])
        let health = try harness.http("GET", "/health")
        #expect(health.status == 503)
        #expect(health.text == #"{"health":"false","reason":"ALARM NOSPACE"}"#)
        #expect(try harness.http("GET", "/health?exclude=NOSPACE").status == 200)
        // Reads go on.
        let range = RangeRequest.with { $0.key = Array("k".utf8) }
        let read: RangeResponse = try harness.call(KVMethods.range, range)
        #expect(read.count == 1)
        #expect(try alarm(harness, .deactivate, .nospace).count == 1)
        let _: PutResponse = try harness.call(KVMethods.put, put)
    }

    /// The disk of a member is no business of the log: nothing is refused, and it ends by itself.
    @Test func aFullDiskIsAnAlarmOfItsMember() throws {
        let harness = try DoorHarness()
        let own = harness.replica.node.memberID
        harness.node.disk.isFull = true
        let value = String(repeating: "x", count: 100_000)
        for number in 0..<12 { try harness.put("k\(number)", value) }
        #expect(harness.run { harness.replica.hasFullDisk })
        let full = try alarm(harness, .get, .none)
        #expect(full == [AlarmMember.with { ($0.memberID, $0.alarm) = (own, .nospace) }])
        #expect(try alarm(harness, .get, .corrupt).isEmpty)
        #expect(try alarm(harness, .deactivate, .nospace).isEmpty)
        let status: StatusResponse = try harness.call(MaintenanceMethods.status, StatusRequest())
        #expect(status.errors.contains("memberID:\(own) alarm:NOSPACE "))
        let health = try harness.http("GET", "/health")
        #expect(health.status == 503)
        #expect(health.text.contains("ALARM NOSPACE"))
        #expect(try harness.http("GET", "/health?exclude=NOSPACE").status == 200)
        try harness.put("k", "v")
        harness.node.disk.isFull = false
        #expect(harness.run { !harness.replica.hasFullDisk })
        #expect(try alarm(harness, .get, .none).isEmpty)
        #expect(try harness.http("GET", "/health").status == 200)
    }

    @Test func aCorruptClusterSaysSoInEtcdsWords() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        _ = try alarm(harness, .activate, .corrupt)
        let point = RangeRequest.with { $0.key = Array("k".utf8) }
        let many = RangeRequest.with {
            $0.key = [0]
            $0.rangeEnd = [0]
            $0.serializable = true
        }
        let read = TxnRequest.with {
            $0.success = [RequestOp.with { $0.requestRange = point }]
        }
        for (method, request) in [
            (KVMethods.put, put.serializedBytes()), (KVMethods.range, point.serializedBytes()),
            (KVMethods.range, many.serializedBytes()), (KVMethods.txn, read.serializedBytes()),
        ] {
            let failure = try harness.failure(method, request)
            #expect(failure.code == .dataLoss)
            #expect(failure.message == "etcdserver: corrupt cluster")
        }
        #expect(try harness.http("GET", "/kv/get?key=k").status == 500)
        #expect(try harness.http("GET", "/health").text.contains("ALARM CORRUPT"))
    }

    @Test func theGatewayHasAlarmsToo() throws {
        let harness = try DoorHarness()
        let raised = try harness.http(
            "POST", "/v3/maintenance/alarm",
            text: #"{"action":"ACTIVATE","memberID":"7","alarm":"NOSPACE"}"#)
        #expect(raised.status == 200)
        #expect(raised.text.contains(#""alarms":[{"memberID":"7","alarm":"NOSPACE"}]"#))
        let listed = try harness.http("POST", "/v3/maintenance/alarm", text: "{}")
        #expect(listed.text.contains(#""memberID":"7""#))
    }
}
