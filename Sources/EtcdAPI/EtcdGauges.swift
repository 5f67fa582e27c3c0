internal import MVCC
internal import Observability
internal import Replication
internal import StateMachine
internal import Watching

/// What etcd's dashboards ask for and this node knows anyway: gathered when somebody asks, so that nobody counts it.
final class EtcdGauges: MetricCollector {
    private unowned let replica: Replica
    private let version: String

    init(_ replica: Replica, version: String) {
        self.replica = replica
        self.version = version
    }

    func collect(into text: inout PrometheusText) {
        store(&text)
        watches(&text)
        let status = replica.status
        peers(status.peers, &text)
        gauge(
            "etcd_server_is_learner", "Whether this node is a learner: 1 or 0.",
            .integer(status.isLearner ? 1 : 0), &text)
        name(
            "etcd_server_id", "This member's id.", "server_id",
            String(replica.node.memberID, radix: 16), &text)
        name("etcd_server_version", "The version of etcd's API.", "server_version", version, &text)
        // etcd's clusters have one without the last number.
        let cluster = version.split(separator: ".").prefix(2).joined(separator: ".")
        name("etcd_cluster_version", "The cluster's version.", "cluster_version", cluster, &text)
    }

    private func peers(
        _ peers: [ReplicaStatus.PeerStatus], _ text: inout PrometheusText
    ) {
        guard !peers.isEmpty else { return }
        text.family(
            "etcd_network_active_peers", .gauge, help: "Whether a peer is heard of: 1 or 0.")
        let local = PrometheusText.Label("Local", String(replica.node.memberID, radix: 16))
        for peer in peers {
            text.sample(
                "etcd_network_active_peers", .integer(peer.condition == .up ? 1 : 0),
                labels: [local, PrometheusText.Label("Remote", String(peer.id, radix: 16))])
        }
    }

    private func store(_ text: inout PrometheusText) {
        let size = replica.storeSize
        gauge(
            "etcd_mvcc_db_total_size_in_bytes", "Bytes on disk.", .integer(Int(size.stored)),
            &text)
        gauge(
            "etcd_mvcc_db_total_size_in_use_in_bytes",
            "Bytes of keys and values, older revisions included.", .integer(Int(size.inUse)), &text)
        gauge(
            "etcd_server_quota_backend_bytes", "The quota; 0: none.",
            .unsigned(replica.machine.quotaBytes), &text)
        let keyspace = replica.machine.keyspace
        gauge(
            "etcd_debugging_mvcc_current_revision", "The newest revision.",
            .integer(Int(keyspace.revision)), &text)
        gauge(
            "etcd_debugging_mvcc_compact_revision", "The compacted revision.",
            .integer(Int(keyspace.compactedRevision)), &text)
    }

    private func watches(_ text: inout PrometheusText) {
        let watches = replica.watches
        gauge(
            "etcd_debugging_mvcc_watcher_total", "Watches.",
            .integer(watches.watcherCount), &text)
        gauge(
            "etcd_debugging_mvcc_slow_watcher_total", "Watches that read history.",
            .integer(watches.watcherCount - watches.liveCount), &text)
        gauge(
            "etcd_debugging_mvcc_watch_stream_total", "Streams of watches.",
            .integer(watches.streamCount), &text)
    }

    private func gauge(
        _ name: String, _ help: String, _ value: PrometheusText.Value, _ text: inout PrometheusText
    ) {
        text.family(name, .gauge, help: help)
        text.sample(name, value)
    }

    /// A gauge of 1 that says something with its label.
    private func name(
        _ name: String, _ help: String, _ label: String, _ value: String,
        _ text: inout PrometheusText
    ) {
        text.family(name, .gauge, help: help)
        text.sample(name, .integer(1), labels: [PrometheusText.Label(label, value)])
    }
}
