/// The instruments of a server, made once and handed to the rooms, which only touch fields. Names are
/// etcd's where etcd has one, so that its dashboards and alerts work; our own begin with `synod_`.
package final class ServerMetrics {
    /// Holds all of them, and renders `/metrics`.
    package let registry: MetricsRegistry

    // Leadership.
    package let hasLeader: Gauge
    package let isLeader: Gauge
    package let leaderChangesSeen: Counter

    // Slots decided and applied here; commands waiting here and failed here.
    package let proposalsCommitted: Counter
    package let proposalsApplied: Counter
    package let proposalsPending: Gauge
    package let proposalsFailed: Counter

    // The log.
    package let slotsDecided: Gauge
    package let slotsApplied: Gauge
    package let logBytes: Gauge
    package let space: SpaceMetrics
    package let logFlush: Histogram
    package let logWrites: LogWriteMetrics

    package let catchUp: CatchUpMetrics

    package let leases: LeaseMetrics

    // The base and the tables above it.
    package let flushes: Counter
    package let baseCommit: Histogram
    package let flushedBytes: Counter
    package let baseBytes: Gauge
    package let scrub: ScrubMetrics
    package let tableBytes: Gauge
    package let blockingReads: Gauge

    // What `/health` answered.
    package let healthSuccesses: Counter
    package let healthFailures: Counter

    // Sessions of clients.
    package let sessions: Gauge
    package let sessionRetries: Gauge

    // Reads answered by this node.
    package let linearizableReads: Counter
    package let sequentialReads: Counter

    private let rolesUp: MetricFamily<Gauge>
    private let roleDeaths: MetricFamily<Counter>
    private let longestTurn: Gauge
    private let network: NetworkMetrics

    /// `watchesProcess` adds what the kernel knows of this process.
    package init(watchesProcess: Bool = true) {
        let registry = MetricsRegistry()
        self.registry = registry
        hasLeader = registry.gauge(
            "etcd_server_has_leader", help: "Whether this node knows a leader: 1 or 0.")
        isLeader = registry.gauge(
            "etcd_server_is_leader", help: "Whether this node leads: 1 or 0.")
        leaderChangesSeen = registry.counter(
            "etcd_server_leader_changes_seen_total", help: "Changes of the leader seen here.")
        proposalsCommitted = registry.counter(
            "etcd_server_proposals_committed_total", help: "Slots that this node saw decided.")
        proposalsApplied = registry.counter(
            "etcd_server_proposals_applied_total", help: "Slots that this node has applied.")
        proposalsPending = registry.gauge(
            "etcd_server_proposals_pending", help: "Commands taken here that wait for their result."
        )
        proposalsFailed = registry.counter(
            "etcd_server_proposals_failed_total",
            help: "Commands taken here that ended without a result.")
        slotsDecided = registry.gauge(
            "synod_slots_decided", help: "The slot up to which this node knows all decided.")
        slotsApplied = registry.gauge(
            "synod_slots_applied", help: "The slot up to which this node has applied all.")
        logBytes = registry.gauge("synod_log_bytes", help: "Bytes of the log on disk.")
        space = SpaceMetrics(registry)
        logFlush = registry.histogram(
            "etcd_disk_wal_fsync_duration_seconds", help: "How long flushes of the log take.",
            boundsNanoseconds: ServerMetrics.flushBounds)
        logWrites = LogWriteMetrics(registry)
        catchUp = CatchUpMetrics(registry)
        leases = LeaseMetrics(registry)
        baseCommit = registry.histogram(
            "etcd_disk_backend_commit_duration_seconds",
            help: "How long a flush to the base takes until it is durable.",
            boundsNanoseconds: ServerMetrics.commitBounds)
        flushes = registry.counter("synod_base_flushes_total", help: "Flushes to the base.")
        flushedBytes = registry.counter(
            "synod_base_flushed_bytes_total", help: "Bytes that flushes wrote to the base.")
        baseBytes = registry.gauge("synod_base_bytes", help: "Bytes of the base on disk.")
        scrub = ScrubMetrics(registry)
        tableBytes = registry.gauge(
            "synod_table_bytes", help: "Memory that keys, values and changes take, about.")
        blockingReads = registry.gauge(
            "synod_apply_blocking_reads", help: "How often apply waited for the base itself.")
        healthSuccesses = registry.counter(
            "etcd_server_health_success", help: "Answers of /health that all is well.")
        healthFailures = registry.counter(
            "etcd_server_health_failures", help: "Answers of /health that something is wrong.")
        sessions = registry.gauge("synod_sessions", help: "Sessions of clients.")
        sessionRetries = registry.gauge(
            "synod_session_retries",
            help: "Commands in the log that were answered with the result of an earlier try.")
        let reads = registry.counters(
            "synod_reads_served_total", help: "Reads that this node answered.",
            labels: ["consistency"])
        linearizableReads = reads.labelled("linearizable")
        sequentialReads = reads.labelled("sequential")
        rolesUp = registry.gauges(
            "synod_role_up", help: "Whether a role of this node lives: 1 or 0.", labels: ["role"])
        roleDeaths = registry.counters(
            "synod_role_deaths_total", help: "How often a role of this node was killed.",
            labels: ["role"])
        longestTurn = registry.gauge(
            "synod_loop_turn_longest_seconds",
            help: "The longest turn of the event loop since the process started.")
        network = NetworkMetrics(registry)
        if watchesProcess { registry.register(ProcessMetrics()) }
    }

    /// etcd's bounds, 1 ms to 8.192 s, and four below: a flush into a zero-filled segment takes 0.1 ms.
    private static let flushBounds = Histogram.doublingBounds(fromNanoseconds: 62_500, count: 18)
    /// etcd's bounds, 1 ms to 8.192 s, and five above: a flush is of many commits, and rests between them.
    private static let commitBounds = Histogram.doublingBounds(
        fromNanoseconds: 1_000_000, count: 19)

    /// Keeps the length of a turn of the event loop if it is the longest so far.
    package func turnEnded(afterNanoseconds nanoseconds: UInt64) {
        longestTurn.raise(to: Double(nanoseconds) / 1e9)
    }

    /// The instruments of a peer, named as its members name it: asked for once and kept.
    package func peer(_ name: String) -> PeerMetrics { network.peer(name) }

    /// The instruments of a role of this node.
    package func role(_ name: String) -> RoleMetrics {
        RoleMetrics(up: rolesUp.labelled(name), deaths: roleDeaths.labelled(name))
    }

    /// Calls by their kind, unary or stream, and by what their clients call the version of their API.
    package var clientRequests: MetricFamily<Counter> { network.clientRequests }

    /// The counters of one gRPC method, for instance `("etcdserverpb.KV", "Put")`: asked for once and
    /// kept.
    ///
    /// - Parameter areMeasured: whether somebody wants to know how long calls take.
    package func calls(
        service: String, method: String, kind: CallKind = .unary, areMeasured: Bool = false
    ) -> CallCounters {
        network.calls(service: service, method: method, kind: kind, areMeasured: areMeasured)
    }
}
