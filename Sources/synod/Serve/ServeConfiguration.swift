internal import Authentication
internal import Observability
internal import Replication
internal import Transport

/// Everything that a server must know to start, checked: what the flags and the environment say.
struct ServeConfiguration: Sendable, Equatable {
    /// One member of the first membership.
    struct InitialMember: Sendable, Equatable {
        let name: String
        /// Where its peers find it; at least one.
        var peerURLs: [ServeURL]
    }

    /// Whether the cluster is to be formed, or is there.
    enum ClusterState: String, Sendable, CaseIterable { case new, existing }

    /// Who decides what becomes of a directory that must not vote again.
    enum Readmission: String, Sendable, CaseIterable { case automatic, manual }

    /// How much `/metrics` tells.
    enum MetricsDetail: String, Sendable, CaseIterable { case basic, extensive }

    /// Where the data lie that do not fit into memory.
    enum Storage: String, Sendable, CaseIterable { case disk, memory }

    /// This member's name; one of `initialCluster`.
    var name: String
    /// Where the log lies; made if it is missing.
    var dataDirectory: String
    var listenClientURLs: [ServeURL]
    var advertiseClientURLs: [ServeURL]
    /// Where health and metrics are served beside the clients' URLs; mostly nowhere.
    var listenMetricsURLs: [ServeURL]
    var listenPeerURLs: [ServeURL]
    var initialAdvertisePeerURLs: [ServeURL]
    /// All members, this one included, in the order of the flag.
    var initialCluster: [InitialMember]
    var initialClusterState: ClusterState
    var initialClusterToken: String
    /// Certificates, and who is to show one.
    var security: ServeSecurity
    var heartbeatIntervalMilliseconds: Int
    var electionTimeoutMilliseconds: Int
    var logLevel: LogLevel
    var logFormat: LogFormat
    var metricsDetail: MetricsDetail
    var maxRequestBytes: Int
    var maxTransactionOperations: Int
    /// Calls that one connection may have open.
    var maxConcurrentStreams: Int
    var keepAlive: KeepAlivePolicy
    /// 0: any number.
    var quotaBytes: UInt64
    var watchProgressMilliseconds: UInt64
    var autoCompaction: AutoCompaction
    /// Origins as browsers write them, or `*`.
    var allowedOrigins: [String]
    /// Names of this node without ports, or `*`.
    var allowedHosts: [String]
    /// Whether there is a base below the tables.
    var storage: Storage
    var memoryLimit: MemoryLimit
    /// From one pass over the base to the next; 0: none.
    var scrubIntervalMilliseconds: UInt64
    var segmentBytes: Int
    var readmission: Readmission
    /// Stop when standard input ends.
    var stopsAtEndOfInput: Bool
    /// Which roles die at random; nil if none.
    var chaos: ChaosPlan?
    /// How users log in.
    var authentication: AuthenticationOptions
    /// Whether faults are taken by order.
    var takesFaults: Bool
    /// A rule that this server breaks on purpose.
    var injectedBug: InjectedBug?
    /// One sentence for each flag that was given and has no effect.
    var warnings: [String]
}
