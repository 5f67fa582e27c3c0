import Protobuf
import Replication
import Testing

@testable import EtcdAPI

/// The JSON gateway: the same methods over HTTP, in grpc-gateway's JSON.
@Suite struct GatewayTests {
    /// The header that this member writes at `revision`.
    private func header(_ harness: DoorHarness, _ revision: Int) -> String {
        let node = harness.replica.node
        return #"{"cluster_id":"\#(node.clusterID)","member_id":"\#(node.memberID)","#
            + #""revision":"\#(revision)","raft_term":"\#(harness.replica.ballotRound)"}"#
    }

    @Test(arguments: ["/v3", "/v3beta", "/v3alpha"])
    func putAndRangeSpeakJSON(prefix: String) throws {
        let harness = try DoorHarness()
        let put = try harness.http(
            "POST", "\(prefix)/kv/put", text: #"{"key":"Zm9v","value":"YmFy"}"#)
        #expect(put.status == 200)
        #expect(put.headers["content-type"] == "application/json")
        #expect(put.text == #"{"header":\#(header(harness, 2))}"#)
        let range = try harness.http("POST", "\(prefix)/kv/range", text: #"{"key":"Zm9v"}"#)
        #expect(
            range.text
                == #"{"header":\#(header(harness, 2)),"kvs":[{"key":"Zm9v","create_revision":"2","#
                + #""mod_revision":"2","version":"1","value":"YmFy"}],"count":"1"}"#)
    }

    @Test func bothSpellingsOfNamesAreRead() throws {
        let harness = try DoorHarness()
        try harness.put("foo", "bar")
        for name in ["range_end", "rangeEnd"] {
            let range = try harness.http(
                "POST", "/v3/kv/range", text: #"{"key":"AA","\#(name)":"AA==","limit":"1"}"#)
            #expect(range.json["count"]?.asString == "1")
        }
    }

    @Test func transactionsDeletesAndCompactionsWork() throws {
        let harness = try DoorHarness()
        try harness.put("foo", "bar")
        let txn = try harness.http(
            "POST", "/v3/kv/txn",
            text: #"{"compare":[{"key":"Zm9v","target":"VERSION","result":"EQUAL","version":1}],"#
                + #""success":[{"requestPut":{"key":"Zm9v","value":"eA=="}}]}"#)
        #expect(
            txn.text
                == #"{"header":\#(header(harness, 3)),"succeeded":true,"#
                + #""responses":[{"response_put":{"header":{"revision":"3"}}}]}"#)
        let failed = try harness.http(
            "POST", "/v3/kv/txn",
            text: #"{"compare":[{"key":"Zm9v","target":"VERSION","version":"9"}]}"#)
        #expect(failed.text == #"{"header":\#(header(harness, 3))}"#)
        let deleted = try harness.http("POST", "/v3/kv/deleterange", text: #"{"key":"Zm9v"}"#)
        #expect(deleted.text == #"{"header":\#(header(harness, 4)),"deleted":"1"}"#)
        let compacted = try harness.http("POST", "/v3/kv/compaction", text: #"{"revision":"3"}"#)
        #expect(compacted.text == #"{"header":\#(header(harness, 4))}"#)
    }

    @Test func onlyTheFirstValueOfABodyIsRead() throws {
        let harness = try DoorHarness()
        let range = try harness.http("POST", "/v3/kv/range", text: #"{"key":"AA=="} and more"#)
        #expect(range.status == 200)
        for nothing in ["", " ", "null", "null {}"] {
            let empty = try harness.http("POST", "/v3/kv/range", text: nothing)
            #expect(empty.json["message"]?.asString == "etcdserver: key is not provided")
        }
    }

    @Test func membersAndStatusAreShown() throws {
        let harness = try DoorHarness()
        let list = try harness.http("POST", "/v3/cluster/member/list", text: "{}")
        let member = list.json["members"]?.asArray?.first
        #expect(member?["ID"]?.asString == "\(harness.replica.node.memberID)")
        #expect(member?["name"]?.asString == harness.replica.node.name)
        #expect(member?["peerURLs"]?.asArray?.isEmpty == false)
        // No body at all is the empty message, as in etcd.
        let status = try harness.http("POST", "/v3/maintenance/status")
        #expect(status.status == 200)
        #expect(status.json["version"]?.asString == "3.6.0")
        #expect(status.json["leader"]?.asString == "\(harness.replica.node.memberID)")
        #expect(status.json["raftTerm"]?.asString == "\(harness.replica.ballotRound)")
    }

    @Test func errorsHaveTheGatewaysForm() throws {
        let harness = try DoorHarness()
        let empty = try harness.http("POST", "/v3/kv/put", text: "{}")
        #expect(empty.status == 400)
        let text = "etcdserver: key is not provided"
        #expect(
            empty.text == #"{"error":"\#(text)","code":3,"message":"\#(text)","details":[]}"#)
        let future = try harness.http(
            "POST", "/v3/kv/range", text: #"{"key":"Zm9v","revision":"99"}"#)
        #expect(future.status == 400)
        #expect(future.json["code"]?.asInteger(Int.self) == 11)
    }

    @Test(arguments: [
        "{", "[]", "nonsense", #"{"key":5}"#, #"{"key":"!"}"#,
        #"{"key":"Zm9v","lease":"five"}"#,
    ])
    func badJSONIsAnInvalidArgument(text: String) throws {
        let harness = try DoorHarness()
        let answer = try harness.http("POST", "/v3/kv/put", text: text)
        #expect(answer.status == 400)
        #expect(answer.json["code"]?.asInteger(Int.self) == 3)
        #expect(answer.json["message"]?.asString?.isEmpty == false)
    }

    @Test func otherMethodsAndPathsAreRefused() throws {
        let harness = try DoorHarness()
        let get = try harness.http("GET", "/v3/kv/range")
        #expect(get.status == 405)
        #expect(get.headers["allow"] == "POST")
        for path in ["/v3/kv/nothing", "/v3/", "/v3beta/lease/paint", "/v3/kv/put/"] {
            let missing = try harness.http("POST", path, text: "{}")
            #expect(missing.status == 404, "\(path)")
            #expect(missing.json["code"]?.asInteger(Int.self) == 5, "\(path)")
        }
    }

    /// etcd's, and one of our own.
    @Test func allPathsOfEtcdAreThere() throws {
        let services = [
            "kv": "range put deleterange txn compaction",
            "kv/lease": "revoke timetolive leases",
            "lease": "grant revoke keepalive timetolive leases",
            "cluster/member": "add remove update list promote replace",
            "maintenance":
                "alarm status defragment hash hashkv snapshot transfer-leadership downgrade",
            "auth": "enable disable status authenticate",
            "auth/user": "add get list delete changepw grant revoke",
            "auth/role": "add get list delete grant revoke",
            "lock": "lock unlock", "election": "campaign proclaim leader observe resign",
        ]
        let paths = services.flatMap { service, methods in
            methods.split(separator: " ").map { "\(service)/\($0)" }
        }
        let harness = try DoorHarness()
        #expect(harness.etcd.gateway.paths == (paths + ["watch"]).sorted())
        #expect(try harness.http("POST", "/v3/kv/rangestream", text: "{}").status == 404)
    }

    @Test func theGatewayHasTheLimitsOfGRPC() throws {
        var options = EtcdDoorOptions()
        options.requestBytesMax = 1_000
        let harness = try DoorHarness(options: options)
        let value = Base64.encode([UInt8](repeating: 1, count: 1_000))
        let large = try harness.http(
            "POST", "/v3/kv/put", text: #"{"key":"Zm9v","value":"\#(value)"}"#)
        #expect(large.status == 400)
        #expect(large.json["message"]?.asString == "etcdserver: request is too large")
        let huge = Base64.encode([UInt8](repeating: 1, count: options.messageBytesMax))
        let larger = try harness.http(
            "POST", "/v3/kv/put", text: #"{"key":"Zm9v","value":"\#(huge)"}"#)
        #expect(larger.status == 429)
        #expect(larger.json["code"]?.asInteger(Int.self) == 8)
    }
}
