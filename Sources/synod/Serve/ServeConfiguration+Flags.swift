internal import Authentication
internal import Observability
internal import Replication
internal import Transport

extension ServeConfiguration {
    /// Bounds of the numbers.
    private static let requestBytes = 1...(64 << 20)
    private static let segmentBytes = (64 << 10)...(1 << 30)
    private static let segmentMultiple = 4 << 10
    /// etcd's.
    private static let defaultQuotaBytes: UInt64 = 2 << 30

    /// What etcd leaves without a bound.
    private static let concurrentStreamsMax = 100_000

    /// Reads the words behind `synod serve`. `PORT NAME` is the short form: one node on 127.0.0.1.
    init(words: [String], environment: [String: String]) throws(UsageError) {
        let table = ServeFlag.table.map(\.flag)
        try self.init(
            expanding: FlagParser.parse(words, table: table, environment: environment))
    }

    /// Makes the configuration of values that may hold the short form.
    init(expanding values: FlagValues) throws(UsageError) {
        var values = values
        try Self.expandShortForm(&values)
        try self.init(values)
    }

    /// Makes the configuration of values that were parsed with `ServeFlag.table`.
    init(_ values: FlagValues) throws(UsageError) {
        var warnings = try Self.judge(values)
        security = try ServeSecurity(values, warnings: &warnings)
        authentication = try AuthenticationOptions(values, warnings: &warnings)
        self.warnings = warnings
        name = values.text("name")
        guard !name.isEmpty else { throw UsageError("--name must not be empty") }
        dataDirectory = values.text("data-dir").isEmpty ? "\(name).synod" : values.text("data-dir")
        listenClientURLs = try Self.urls(values, "listen-client-urls")
        listenMetricsURLs =
            values.list("listen-metrics-urls").isEmpty
            ? [] : try Self.urls(values, "listen-metrics-urls")
        listenPeerURLs = try Self.urls(values, "listen-peer-urls")
        advertiseClientURLs = try Self.urls(values, "advertise-client-urls")
        initialAdvertisePeerURLs = try Self.urls(values, "initial-advertise-peer-urls")
        initialClusterState = try values.choice("initial-cluster-state", of: ClusterState.self)
        initialClusterToken = values.text("initial-cluster-token")
        initialCluster = try Self.members(
            values.text("initial-cluster"), source: values.source("initial-cluster"))
        heartbeatIntervalMilliseconds = try values.integer("heartbeat-interval", in: 1...50_000)
        electionTimeoutMilliseconds = try values.integer("election-timeout", in: 5...50_000)
        logLevel = try Self.level(values)
        logFormat = try Self.format(values)
        metricsDetail = try values.choice("metrics", of: MetricsDetail.self)
        maxRequestBytes = try values.integer("max-request-bytes", in: Self.requestBytes)
        maxTransactionOperations = try values.integer("max-txn-ops", in: 1...100_000)
        maxConcurrentStreams = min(
            try values.integer("max-concurrent-streams", in: 1...Int(UInt32.max)),
            Self.concurrentStreamsMax)
        keepAlive = try Self.keepAlive(values)
        quotaBytes = Self.quota(
            try values.integer("quota-backend-bytes", in: Int.min...Int.max))
        watchProgressMilliseconds = try Self.watchProgress(values)
        allowedOrigins = values.list("cors")
        allowedHosts = values.list("host-whitelist")
        autoCompaction = try Self.autoCompaction(values)
        readmission = try values.choice("readmission", of: Readmission.self)
        storage = try values.choice("storage", of: Storage.self)
        let limit = try values.integer("memory-limit", in: 0...MemoryLimit.bounds.upperBound)
        if limit != 0, !MemoryLimit.bounds.contains(limit) {
            throw UsageError(
                "\(values.source("memory-limit")) must be 0 or at least \(MemoryLimit.bounds.lowerBound)"
            )
        }
        memoryLimit = MemoryLimit(bytes: limit == 0 ? MemoryLimit.defaultBytes : limit)
        scrubIntervalMilliseconds = try Self.scrubInterval(values)
        segmentBytes = try Self.segment(values, requestBytes: maxRequestBytes)
        stopsAtEndOfInput = try values.boolean("stop-at-end-of-input")
        if !values.text("chaos").isEmpty {
            chaos = try ChaosPlan(values.text("chaos"), source: values.source("chaos"))
        }
        takesFaults = try values.boolean("enable-fault-injection") || chaos != nil
        injectedBug = try Self.bug(values)
        if initialCluster.isEmpty {
            initialCluster = [InitialMember(name: name, peerURLs: initialAdvertisePeerURLs)]
        }
        try validate(values)
    }

    /// Where nothing is said, a file has room for the largest request and what one slot may hold beside it.
    private static func segment(
        _ values: FlagValues, requestBytes: Int
    ) throws(UsageError) -> Int {
        let byteCount = try values.integer("segment-bytes", in: segmentBytes)
        guard byteCount % segmentMultiple == 0 else {
            throw UsageError("\(values.source("segment-bytes")) must be a multiple of 4096")
        }
        guard !values.isSet("segment-bytes") else { return byteCount }
        let pages = (requestBytes + segmentMultiple - 1) / segmentMultiple
        return max(byteCount, 2 * pages * segmentMultiple)
    }

    /// Turns `PORT NAME` into the flags that it stands for.
    private static func expandShortForm(_ values: inout FlagValues) throws(UsageError) {
        guard !values.positional.isEmpty else { return }
        guard values.positional.count == 2, let port = UInt16(values.positional[0]),
            port > 0, port < UInt16.max
        else {
            throw UsageError(
                "unexpected \"\(values.positional.joined(separator: " "))\";"
                    + " the short form is: synod serve PORT NAME")
        }
        let client = ServeURL(host: "127.0.0.1", port: port).description
        let peer = ServeURL(host: "127.0.0.1", port: port + 1).description
        for (flag, value) in [
            ("name", values.positional[1]), ("listen-client-urls", client),
            ("advertise-client-urls", client), ("listen-peer-urls", peer),
            ("initial-advertise-peer-urls", peer),
        ] {
            guard !values.isSet(flag) || values.source(flag) != "--\(flag)" else {
                throw UsageError("--\(flag) contradicts the short form, which says it already")
            }
            values.set(flag, to: value, source: "--\(flag)")
        }
    }

    /// Refuses what must not be ignored, and returns a warning for what is.
    private static func judge(_ values: FlagValues) throws(UsageError) -> [String] {
        var warnings: [String] = []
        for entry in ServeFlag.table where values.isSet(entry.flag.name) {
            let source = values.source(entry.flag.name)
            if entry.flag.argument == nil { _ = try values.boolean(entry.flag.name) }
            guard !entry.isDefault(values.text(entry.flag.name)) else { continue }
            switch entry.effect {
            case .effective: break
            case .inert: warnings.append("\(source) has no effect in this version of Synod")
            case .refused(let why): throw UsageError("\(source) is refused: \(why)")
            }
        }
        return warnings
    }

    private static func keepAlive(_ values: FlagValues) throws(UsageError) -> KeepAlivePolicy {
        func time(_ name: String) throws(UsageError) -> UInt64 {
            if values.text(name) == "0" { return 0 }
            guard let time = DurationText.milliseconds(values.text(name)) else {
                throw UsageError("\(values.source(name)) must be a time, as 5s")
            }
            return time
        }
        var policy = KeepAlivePolicy()
        policy.minTimeMilliseconds = try time("grpc-keepalive-min-time")
        policy.intervalMilliseconds = try time("grpc-keepalive-interval")
        policy.timeoutMilliseconds = max(1_000, try time("grpc-keepalive-timeout"))
        return policy
    }

    /// As etcd: not below 100 ms.
    private static func watchProgress(_ values: FlagValues) throws(UsageError) -> UInt64 {
        let name = "experimental-watch-progress-notify-interval"
        guard let interval = DurationText.milliseconds(values.text(name)), interval >= 100 else {
            throw UsageError("\(values.source(name)) must be a time of at least 100ms")
        }
        return interval
    }

    private static func scrubInterval(_ values: FlagValues) throws(UsageError) -> UInt64 {
        let text = values.text("scrub-interval")
        if text == "0" { return 0 }
        guard let interval = DurationText.milliseconds(text), interval == 0 || interval >= 1_000
        else {
            throw UsageError(
                "\(values.source("scrub-interval")) must be 0, or a time of at least 1s, as 24h")
        }
        return interval
    }

    /// Of the flag, as etcd reads it: 0 is the default, below is no limit.
    private static func quota(_ flag: Int) -> UInt64 {
        flag == 0 ? defaultQuotaBytes : flag < 0 ? 0 : UInt64(flag)
    }

    private static func bug(_ values: FlagValues) throws(UsageError) -> InjectedBug? {
        let name = values.text("unsafe-inject-bug")
        guard !name.isEmpty else { return nil }
        guard let bug = InjectedBug.named(name) else {
            throw UsageError(
                "\(values.source("unsafe-inject-bug")): there is no bug \"\(name)\"; there are "
                    + InjectedBug.all.map(\.name).joined(separator: ", "))
        }
        return bug
    }

    private static func urls(
        _ values: FlagValues, _ flag: String
    ) throws(UsageError) -> [ServeURL] {
        try ServeURL.list(values.list(flag), source: values.source(flag))
    }

    private static func level(_ values: FlagValues) throws(UsageError) -> LogLevel {
        guard let level = LogLevel(flag: values.text("log-level")) else {
            throw UsageError(
                "\(values.source("log-level")) must be one of debug, info, warn, error, fatal,"
                    + " not \"\(values.text("log-level"))\"")
        }
        return level
    }

    private static func format(_ values: FlagValues) throws(UsageError) -> LogFormat {
        // etcd's word for lines that people read.
        if values.text("log-format") == "console" { return .text }
        return try values.choice("log-format", of: LogFormat.self)
    }

    /// Reads `name=url,name=url`; a name may stand several times, once for each of its URLs. Members that were
    /// added and never started have none: `=url`.
    private static func members(
        _ text: String, source: String
    ) throws(UsageError) -> [InitialMember] {
        var members: [InitialMember] = []
        for part in text.split(separator: ",") {
            let entry = part.trimmed
            guard !entry.isEmpty else { continue }
            guard let equals = entry.firstIndex(of: "=") else {
                throw UsageError("\(source): \"\(entry)\" is not NAME=URL")
            }
            let name = String(entry[..<equals])
            let url = try ServeURL(String(entry[entry.index(after: equals)...]), source: source)
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index].peerURLs.append(url)
            } else {
                members.append(InitialMember(name: name, peerURLs: [url]))
            }
        }
        return members
    }
}
