import EtcdMessages
import GRPC
import Protobuf
import Replication
import Testing
import Transport

@testable import EtcdAPI

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

    @Test(arguments: ["/livez", "/readyz", "/livez/serializable_read", "/readyz/non_learner"])
    func aServingNodeIsAliveAndReady(path: String) throws {
        let harness = try DoorHarness()
        let answer = try harness.http("GET", path)
        #expect(answer.status == 200 && answer.text == "ok\n")
        #expect(try harness.http("POST", path).status == 405)
    }

    @Test func checksAreTold() throws {
        let harness = try DoorHarness()
        let verbose = try harness.http("GET", "/readyz?verbose&exclude=non_learner")
        #expect(
            verbose.text
                == "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\nok\n")
        #expect(try harness.http("GET", "/readyz/nothing").status == 404)
        #expect(try harness.http("GET", "/livez/non_learner").status == 404)
    }

    @Test func aNodeWithoutALeaderIsNotReadyAndSaysWhy() throws {
        let harness = try DoorHarness(isAlone: true)
        let answer = try harness.http("GET", "/readyz")
        #expect(answer.status == 503)
        #expect(answer.text.contains("[-]linearizable_read failed: etcdserver: "))
        #expect(answer.text.contains("[+]data_corruption ok\n"))
        #expect(try harness.http("GET", "/readyz/data_corruption").status == 200)
        #expect(try harness.http("GET", "/readyz/linearizable_read").status == 503)
    }

    @Test func otherOriginsAreAllowedAsOrdered() throws {
        let harness = try DoorHarness()
        let any = try harness.http("GET", "/version", headers: ["origin: http://a"])
        #expect(any.headers["access-control-allow-origin"] == "*")
        let asked = try harness.http("OPTIONS", "/v3/kv/put", headers: ["origin: http://a"])
        #expect(asked.status == 200)
        #expect(
            asked.headers["access-control-allow-headers"] == "accept, content-type, authorization")
        #expect(asked.headers["access-control-allow-methods"]?.contains("POST") == true)
        var options = EtcdDoorOptions()
        options.origins = ["http://a"]
        let strict = try DoorHarness(options: options)
        let allowed = try strict.http(
            "POST", "/v3/kv/range", headers: ["origin: http://a"], text: #"{"key":"YQ=="}"#)
        #expect(allowed.headers["access-control-allow-origin"] == "http://a")
        let other = try strict.http("GET", "/version", headers: ["origin: http://b"])
        #expect(other.status == 200)
        #expect(other.headers["access-control-allow-origin"] == nil)
        // The API beside etcd's, too.
        let ours = try strict.http("GET", "/kv/get?key=a", headers: ["origin: http://a"])
        #expect(ours.status == 404)
        #expect(ours.headers["access-control-allow-origin"] == "http://a")
        let before = try strict.http("OPTIONS", "/kv/set", headers: ["origin: http://a"])
        #expect(before.status == 200)
        #expect(before.headers["access-control-allow-origin"] == "http://a")
    }

    /// The harness says `host: test`.
    @Test(arguments: [
        (["test"], 200), (["test:2379"], 421), (["other", "test"], 200), (["other"], 421),
        (["other", "*"], 200), ([], 200),
    ])
    func onlyNamesOfThisNodeAreServed(hosts: [String], status: Int) throws {
        var options = EtcdDoorOptions()
        options.hosts = hosts
        let harness = try DoorHarness(options: options)
        for path in ["/version", "/kv/keys"] {
            let answer = try harness.http("GET", path)
            #expect(answer.status == status)
            guard status == 421 else { continue }
            #expect(
                answer.text.hasPrefix(
                    "\netcd received your request, but the Host header was unrecognized.\n\nTo fix")
            )
            #expect(answer.text.hasSuffix("  - e.g. etcd --host-whitelist \"test\"\n"))
        }
        // gRPC is not what a web page speaks.
        try harness.put("k", "v")
    }

    @Test func messagesAndHealthAreCounted() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        _ = try harness.failure(KVMethods.put, [])
        _ = try harness.http("GET", "/health")
        let stream = harness.client.stream(WatchMethods.watch)
        var count = 0
        stream.onMessage = { _ in count += 1 }
        let watch = WatchRequest.with { $0.createRequest.key = [7] }.serializedBytes()
        for _ in 0..<3 { stream.send(watch) }
        #expect(harness.run { count == 3 })
        let text = try harness.http("GET", "/metrics").text
        for line in [
            #"grpc_server_msg_received_total{grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"} 2"#,
            #"grpc_server_msg_sent_total{grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"} 1"#,
            #"grpc_server_msg_received_total{grpc_method="Watch",grpc_service="etcdserverpb.Watch",grpc_type="bidi_stream"} 3"#,
            #"grpc_server_msg_sent_total{grpc_method="Watch",grpc_service="etcdserverpb.Watch",grpc_type="bidi_stream"} 3"#,
            "etcd_server_health_success 1", "etcd_server_health_failures 0",
        ] {
            #expect(text.contains("\n" + line + "\n"), "\(line)")
        }
        stream.cancel()
    }

    @Test func peersThatAreHeardOfAreTold() throws {
        let cluster = try TestCluster(requestTimeoutMilliseconds: 5_000)
        let (leader, follower) = try cluster.leaderAndFollower()
        let ids = [leader, follower].map { String($0.replica.node.memberID, radix: 16) }
        let line = "etcd_network_active_peers{Local=\"\(ids[0])\",Remote=\"\(ids[1])\"} 1\n"
        #expect(
            leader.run { (try? leader.http("GET", "/metrics"))?.text.contains(line) == true })
    }

    /// What etcd's published dashboards and alerts ask for.
    @Test func theDashboardsNamesAreThere() throws {
        let harness = try DoorHarness()
        try harness.put("k", "v")
        let text = try harness.http("GET", "/metrics").text
        for name in [
            "etcd_server_has_leader", "etcd_server_is_leader", "etcd_server_is_learner",
            "etcd_server_leader_changes_seen_total", "etcd_server_proposals_committed_total",
            "etcd_server_proposals_applied_total", "etcd_server_proposals_pending",
            "etcd_server_proposals_failed_total", "etcd_server_quota_backend_bytes",
            "etcd_disk_wal_fsync_duration_seconds_bucket",
            "etcd_disk_backend_commit_duration_seconds_bucket",
            "etcd_mvcc_db_total_size_in_bytes", "etcd_mvcc_db_total_size_in_use_in_bytes",
            "etcd_server_version{server_version=\"3.6.0\"}",
            "etcd_cluster_version{cluster_version=\"3.6\"}", "process_resident_memory_bytes",
            "process_open_fds", "process_max_fds", "etcd_debugging_mvcc_watcher_total",
            #"grpc_server_started_total{grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"} 1"#,
            #"grpc_server_handled_total{grpc_code="OK",grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"} 1"#,
            #"grpc_server_started_total{grpc_method="Watch",grpc_service="etcdserverpb.Watch",grpc_type="bidi_stream"} 0"#,
        ] {
            #expect(text.contains("\n" + name), "\(name)")
        }
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
