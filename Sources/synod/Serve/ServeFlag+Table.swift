extension ServeFlag {
    /// All flags of etcd 3.5 and ours, by name; a flag that is not here is refused as unknown.
    static let table = effective + tls + users + ours + inert + otherPurpose

    /// The flags that do what they do in etcd.
    static let effective: [ServeFlag] = [
        ServeFlag("name", "NAME", "default", .effective, "this member's name in --initial-cluster"),
        ServeFlag(
            "data-dir", "DIRECTORY", "", .effective,
            "where this member's identity, log and base lie (default NAME.synod)"),
        ServeFlag(
            "listen-client-urls", "URLS", "http://localhost:2379", .effective,
            "where clients are served"),
        ServeFlag(
            "advertise-client-urls", "URLS", "http://localhost:2379", .effective,
            "where clients find this member"),
        ServeFlag(
            "listen-metrics-urls", "URLS", "", .effective,
            "where health and metrics are served, and nothing else, beside --listen-client-urls"),
        ServeFlag(
            "listen-peer-urls", "URLS", "http://localhost:2380", .effective,
            "where peers are served"),
        ServeFlag(
            "initial-advertise-peer-urls", "URLS", "http://localhost:2380", .effective,
            "where peers find this member"),
        ServeFlag(
            "initial-cluster", "NAME=URL,...", "", .effective,
            "all members of the cluster; this one alone unless told"),
        ServeFlag(
            "initial-cluster-state", "STATE", "new", .effective,
            "new, or existing to join a cluster that is formed"),
        ServeFlag(
            "initial-cluster-token", "TOKEN", "etcd-cluster", .effective,
            "keeps clusters apart that are formed from the same list"),
        ServeFlag(
            "heartbeat-interval", "MILLISECONDS", "50", .effective,
            "the time between a leader's signs of life"),
        ServeFlag(
            "election-timeout", "MILLISECONDS", "250", .effective,
            "the silence after which another node stands for leader"),
        ServeFlag(
            "max-request-bytes", "BYTES", "1572864", .effective, "the largest request that is taken"
        ),
        ServeFlag(
            "max-txn-ops", "COUNT", "128", .effective, "the most operations in one transaction"),
        ServeFlag(
            "max-concurrent-streams", "COUNT", "1000", .effective,
            "the most calls that one connection may have open; never more than 100000"),
        ServeFlag(
            "grpc-keepalive-min-time", "TIME", "5s", .effective,
            "who pings more often than this is sent away (0: anybody may)"),
        ServeFlag(
            "grpc-keepalive-interval", "TIME", "2h", .effective,
            "the silence after which a client is pinged (0: never)"),
        ServeFlag(
            "grpc-keepalive-timeout", "TIME", "20s", .effective,
            "the time in which a client that is pinged must answer"),
        ServeFlag(
            "quota-backend-bytes", "BYTES", "0", .effective,
            "the most bytes of keys and values, old revisions included; the leader's counts (0: 2 GiB; below: any)"
        ),
        ServeFlag(
            "auto-compaction-mode", "MODE", "periodic", .effective,
            "periodic: --auto-compaction-retention is a time; revision: a number of revisions"),
        ServeFlag(
            "auto-compaction-retention", "AMOUNT", "0", .effective,
            "what the leader keeps of the past, compacting the rest by itself: 1000 revisions, or 30m, 8h, or 8 for 8h (0: all)"
        ),
        ServeFlag(
            "cors", "ORIGINS", "*", .effective,
            "the origins whose web pages may read the answers; * for all"),
        ServeFlag(
            "host-whitelist", "HOSTS", "*", .effective,
            "the names of this node by which plain HTTP without TLS is served; * for all"),
        ServeFlag(
            "experimental-watch-progress-notify-interval", "TIME", "10m", .effective,
            "how often idle watches that asked for it are told how far they are"),
        ServeFlag(
            "metrics", "DETAIL", "basic", .effective,
            "basic, or extensive: /metrics tells how long calls take, too"),
        ServeFlag(
            "log-level", "LEVEL", "info", .effective, "debug, info, warn, error or fatal"),
        ServeFlag("log-format", "FORMAT", "text", .effective, "text or json, to standard error"),
        ServeFlag("version", nil, "false", .effective, "print the version"),
    ]

    /// The flags that etcd does not have.
    static let ours: [ServeFlag] = [
        ServeFlag(
            "storage", "KIND", "disk", .effective,
            "disk, or memory for a node that keeps all keys in memory and replays its log",
            isOurs: true),
        ServeFlag(
            "memory-limit", "BYTES", "0", .effective,
            "what data may take of the memory; the rest is read from disk (0: 224 MiB)",
            isOurs: true),
        ServeFlag(
            "scrub-interval", "TIME", "24h", .effective,
            "how often all that lies on disk below the log is read, slowly, for damage that nobody else meets (0: never)",
            isOurs: true),
        ServeFlag(
            "segment-bytes", "BYTES", "16777216", .effective,
            "the size of the log's files; at least twice the largest request, unless it is set",
            isOurs: true),
        ServeFlag(
            "readmission", "CHOICE", "automatic", .effective,
            "of a data directory that is damaged or an old copy: automatic begins it anew, manual stops the node",
            isOurs: true),
        ServeFlag(
            "chaos", "PLAN", "", .effective,
            "for tests: roles of this node die at random: \(ChaosPlan.grammar)", isOurs: true),
        ServeFlag(
            "enable-fault-injection", nil, "false", .effective,
            "for tests: take orders to kill and revive roles, and others (--chaos includes it)",
            isOurs: true),
        ServeFlag(
            "stop-at-end-of-input", nil, "false", .effective,
            "stop when standard input ends: for programs that start nodes and hold the other end",
            isOurs: true),
        ServeFlag(
            "unsafe-inject-bug", "NAME", "", .effective,
            "break a rule of the protocol on purpose, to try out checkers; data will be lost",
            isOurs: true),
    ]

    /// etcd's flags that change nothing here yet.
    static let inert: [ServeFlag] = [
        ("wal-dir", "DIRECTORY", ""), ("snapshot-count", "COUNT", "100000"),
        ("initial-election-tick-advance", nil, "true"), ("max-snapshots", "COUNT", "5"),
        ("max-wals", "COUNT", "5"),
        ("backend-bbolt-freelist-type", "TYPE", "map"), ("backend-batch-interval", "TIME", ""),
        ("backend-batch-limit", "COUNT", "0"),

        ("socket-reuse-port", nil, "false"),
        ("socket-reuse-address", nil, "false"), ("raft-read-timeout", "TIME", "5s"),
        ("raft-write-timeout", "TIME", "5s"), ("strict-reconfig-check", nil, "true"),
        ("pre-vote", nil, "true"), ("enable-v2", nil, "false"),
        ("v2-deprecation", "STAGE", "not-yet"), ("enable-grpc-gateway", nil, "true"),
        ("enable-pprof", nil, "false"),
        ("logger", "NAME", "zap"),
        ("log-outputs", "OUTPUTS", "default"), ("enable-log-rotation", nil, "false"),
        ("log-rotation-config-json", "JSON", ""),
        ("client-cert-file", "FILE", ""),
        ("client-key-file", "FILE", ""),
        ("unsafe-no-fsync", nil, "false"), ("discovery-fallback", "MODE", "proxy"),
        ("proxy-failure-wait", "MILLISECONDS", "5000"),
        ("proxy-refresh-interval", "MILLISECONDS", "30000"),
        ("proxy-dial-timeout", "MILLISECONDS", "1000"),
        ("proxy-write-timeout", "MILLISECONDS", "5000"),
        ("proxy-read-timeout", "MILLISECONDS", "0"),
        ("experimental-initial-corrupt-check", nil, "false"),
        ("experimental-corrupt-check-time", "TIME", "0s"),
        ("experimental-compact-hash-check-enabled", nil, "false"),
        ("experimental-compact-hash-check-time", "TIME", "1m"),
        ("experimental-enable-lease-checkpoint", nil, "false"),
        ("experimental-enable-lease-checkpoint-persist", nil, "false"),
        ("experimental-compaction-batch-limit", "COUNT", "1000"),
        ("experimental-compaction-sleep-interval", "TIME", "10ms"),
        ("experimental-warning-apply-duration", "TIME", "100ms"),
        ("experimental-warning-unary-request-duration", "TIME", "300ms"),
        ("experimental-txn-mode-write-with-shared-buffer", nil, "true"),
        ("experimental-bootstrap-defrag-threshold-megabytes", "COUNT", "0"),
        ("experimental-max-learners", "COUNT", "1"),
        ("experimental-wait-cluster-ready-timeout", "TIME", "5s"),
        ("experimental-memory-mlock", nil, "false"),
        ("experimental-snapshot-catchup-entries", "COUNT", "5000"),
        ("experimental-stop-grpc-service-on-defrag", nil, "false"),
        ("experimental-enable-distributed-tracing", nil, "false"),
        ("experimental-distributed-tracing-address", "ADDRESS", "localhost:4317"),
        ("experimental-distributed-tracing-service-name", "NAME", "etcd"),
        ("experimental-distributed-tracing-instance-id", "ID", ""),
        ("experimental-distributed-tracing-sampling-rate", "COUNT", "0"),
    ].map { ServeFlag($0, $1, $2, .inert, "etcd's; has no effect here yet") }

    /// etcd's flags that would make the process another one than was asked for.
    static let otherPurpose: [ServeFlag] = [
        ("config-file", "FILE", "", "configuration files are not read yet; use flags"),
        ("discovery", "URL", "", "discovery is not in this version; use --initial-cluster"),
        ("discovery-proxy", "URL", "", "discovery is not in this version; use --initial-cluster"),
        ("discovery-srv", "DOMAIN", "", "discovery is not in this version; use --initial-cluster"),
        (
            "discovery-srv-name", "NAME", "",
            "discovery is not in this version; use --initial-cluster"
        ),
        ("proxy", "MODE", "off", "there is no proxy mode"),
        ("force-new-cluster", nil, "false", "after a quorum was lost, use synod recover"),
        ("experimental-enable-v2v3", "PREFIX", "", "the v2 API is not served"),
    ].map { ServeFlag($0, $1, $2, .refused($3), "etcd's; refused: \($3)") }
}
