import Protobuf
import Testing

/// `/health`, `/version` and `/metrics`.
@Suite struct PlainPagesTests {
    @Test(arguments: ["/health", "/health?serializable=true", "/health?serializable=false"])
    func aServingNodeIsHealthy(target: String) throws {
        let harness = try DoorHarness()
        let answer = try harness.http("GET", target)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"health":"true","reason":""}"#)
    }

    @Test func aNodeWithoutALeaderIsNot() throws {
        let harness = try DoorHarness(isAlone: true)
        let answer = try harness.http("GET", "/health")
        #expect(answer.status == 503)
        #expect(answer.text == #"{"health":"false","reason":"RAFT NO LEADER"}"#)
    }

    @Test func versionNamesBothProducts() throws {
        let harness = try DoorHarness()
        let answer = try harness.http("GET", "/version")
        #expect(answer.json["etcdserver"]?.asString == "3.6.0")
        #expect(answer.json["etcdcluster"]?.asString == "3.6.0")
        #expect(answer.json["storage"]?.asString == "3.6.0")
        #expect(answer.json["synod"]?.asString?.isEmpty == false)
    }

    @Test func metricsCountWhatThisNodeDid() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        _ = try harness.http("GET", "/kv/get?key=k")
        _ = try harness.http("GET", "/kv/get?key=k&consistency=sequential")
        _ = try harness.http("GET", "/kv/keys")
        let answer = try harness.http("GET", "/metrics")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(answer.text.contains(#"synod_reads_served_total{consistency="linearizable"} 1"#))
        #expect(answer.text.contains(#"synod_reads_served_total{consistency="sequential"} 2"#))
        #expect(answer.text.contains("etcd_server_has_leader "))
    }

    @Test func otherMethodsAndPathsAreRefused() throws {
        let harness = try DoorHarness()
        for path in ["/health", "/version", "/metrics"] {
            let answer = try harness.http("POST", path, text: "x")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET")
        }
        #expect(try harness.http("GET", "/nothing").status == 404)
        #expect(try harness.http("GET", "/").status == 404)
    }
}
