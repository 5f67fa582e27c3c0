import Observability
import Testing

@Suite("Server metrics")
struct ServerMetricsTests {
    private func lines(_ metrics: ServerMetrics) -> [Substring] {
        String(decoding: metrics.registry.render(), as: UTF8.self).split(separator: "\n")
    }

    @Test(
        "the names that etcd's dashboards look for are there from the start",
        arguments: [
            "etcd_server_has_leader 0", "etcd_server_is_leader 0",
            "etcd_server_leader_changes_seen_total 0", "etcd_server_proposals_committed_total 0",
            "etcd_server_proposals_applied_total 0", "etcd_server_proposals_pending 0",
            "etcd_server_proposals_failed_total 0", "synod_slots_decided 0",
            "synod_slots_applied 0", "synod_log_bytes 0", "synod_loop_turn_longest_seconds 0",
            "synod_reads_served_total{consistency=\"linearizable\"} 0",
            "synod_reads_served_total{consistency=\"sequential\"} 0",
            "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.001\"} 0",
            "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"8.192\"} 0",
            "etcd_disk_wal_fsync_duration_seconds_count 0",
            "# TYPE grpc_server_handled_total counter",
        ])
    func names(line: String) {
        #expect(lines(ServerMetrics()).contains { $0 == line })
    }

    @Test("every sample belongs to the metric announced before it")
    func wellFormed() {
        let metrics = ServerMetrics()
        metrics.peer("b").state = .up
        metrics.calls(service: "etcdserverpb.KV", method: "Put").handled(code: 0)
        var announced = ""
        for line in lines(metrics) {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE") {
                #expect(words[2] == announced)
            } else if line.hasPrefix("# HELP") {
                announced = String(words[2])
            } else {
                #expect(line.hasPrefix(announced))
                #expect(Double(words[words.count - 1]) != nil)
            }
        }
    }

    @Test("peers")
    func peers() {
        let metrics = ServerMetrics()
        let peer = metrics.peer("b")
        #expect(lines(metrics).contains("synod_peer_state{peer=\"b\"} 0"))
        peer.state = .suspect
        peer.roundTrip.observe(nanoseconds: 150_000)
        let name = "etcd_network_peer_round_trip_time_seconds"
        let lines = lines(metrics)
        #expect(lines.contains("synod_peer_state{peer=\"b\"} 1"))
        #expect(lines.contains("\(name)_bucket{To=\"b\",le=\"0.0001\"} 0"))
        #expect(lines.contains("\(name)_bucket{To=\"b\",le=\"0.0002\"} 1"))
        #expect(lines.contains("\(name)_bucket{To=\"b\",le=\"3.2768\"} 1"))
    }

    @Test("calls by method and status")
    func calls() {
        let metrics = ServerMetrics()
        let put = metrics.calls(service: "etcdserverpb.KV", method: "Put")
        for code in [0, 0, 3, 14, 16, 99, -1] { put.handled(code: code) }
        let counted = lines(metrics).filter { $0.hasPrefix("grpc_server_handled_total") }
        let labels = #"grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"}"#
        #expect(
            counted == [
                "grpc_server_handled_total{grpc_code=\"InvalidArgument\",\(labels) 1",
                "grpc_server_handled_total{grpc_code=\"OK\",\(labels) 2",
                "grpc_server_handled_total{grpc_code=\"Unauthenticated\",\(labels) 1",
                "grpc_server_handled_total{grpc_code=\"Unavailable\",\(labels) 1",
                "grpc_server_handled_total{grpc_code=\"Unknown\",\(labels) 2",
            ])
    }

    @Test("the longest turn is kept")
    func turns() {
        let metrics = ServerMetrics()
        metrics.turnEnded(afterNanoseconds: 2_000_000)
        metrics.turnEnded(afterNanoseconds: 1_000_000)
        #expect(lines(metrics).contains("synod_loop_turn_longest_seconds 0.002"))
    }
}
