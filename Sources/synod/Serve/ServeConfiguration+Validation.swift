internal import TLS

extension ServeConfiguration {
    /// The most members of a cluster; more voters only make every write slower.
    private static let membersMax = 9
    /// As etcd: fewer heartbeats in an election timeout make elections out of one lost packet.
    private static let heartbeatsPerElection = 5

    /// The checks that take more than one value, with etcd's rules.
    mutating func validate(_ values: FlagValues) throws(UsageError) {
        try validateTimes()
        if values.isSet("listen-client-urls"), !values.isSet("advertise-client-urls") {
            throw UsageError(
                "--advertise-client-urls is required when --listen-client-urls is set explicitly")
        }
        try validateListeners()
        try validateSecurity()
        try validateCluster()
    }

    private func validateTimes() throws(UsageError) {
        guard
            electionTimeoutMilliseconds
                >= Self.heartbeatsPerElection * heartbeatIntervalMilliseconds
        else {
            throw UsageError(
                "--election-timeout[\(electionTimeoutMilliseconds)ms] should be at least as 5"
                    + " times as --heartbeat-interval[\(heartbeatIntervalMilliseconds)ms]")
        }
    }

    private func validateListeners() throws(UsageError) {
        for url in listenPeerURLs where listenClientURLs.contains(url) {
            throw UsageError("\(url) cannot serve both clients and peers")
        }
        for url in listenMetricsURLs where (listenClientURLs + listenPeerURLs).contains(url) {
            throw UsageError("\(url) cannot serve metrics alone and others, too")
        }
        // A name is resolved by each peer for itself; an unspecified address finds nobody.
        for url in initialAdvertisePeerURLs + advertiseClientURLs
        where url.host == "0.0.0.0" || url.host == "::" {
            throw UsageError("\(url) cannot be advertised: it is no address of one machine")
        }
    }

    private mutating func validateSecurity() throws(UsageError) {
        for (kind, urls, side) in [
            ("client", listenClientURLs, security.clients),
            ("metrics", listenMetricsURLs.filter(\.isSecure), security.clients),
            ("peer", listenPeerURLs, security.peers),
        ] {
            let hasCertificate = side.files.certificate != nil || side.isAutomatic
            for url in urls {
                if url.isSecure, !hasCertificate {
                    throw UsageError(
                        "cannot listen on TLS for \(url): KeyFile and CertFile are not presented")
                }
                if !url.isSecure, hasCertificate || side.demandsCertificate {
                    warnings.append(
                        "the scheme of \(kind) url \(url) is HTTP while key/cert files are"
                            + " presented; ignored key/cert files")
                }
            }
        }
    }

    private func validateCluster() throws(UsageError) {
        guard let own = initialCluster.first(where: { $0.name == name }) else {
            throw UsageError(
                "couldn't find local name \"\(name)\" in the initial cluster configuration"
                    + " (\(initialCluster.map(\.name).joined(separator: ", ")))")
        }
        guard Set(own.peerURLs) == Set(initialAdvertisePeerURLs) else {
            throw UsageError(
                "--initial-cluster has \(name)=\(Self.text(own.peerURLs)), but"
                    + " --initial-advertise-peer-urls is \(Self.text(initialAdvertisePeerURLs));"
                    + " they must be the same")
        }
        if initialClusterState == .new, initialCluster.contains(where: \.name.isEmpty) {
            throw UsageError(
                "--initial-cluster has a member without a name: each is NAME=URL, unless"
                    + " --initial-cluster-state is existing")
        }
        var seen: Set<ServeURL> = []
        for url in initialCluster.flatMap(\.peerURLs) where !seen.insert(url).inserted {
            throw UsageError("--initial-cluster has the duplicate URL \(url)")
        }
        guard initialCluster.count <= Self.membersMax else {
            throw UsageError(
                "--initial-cluster has \(initialCluster.count) members; at most"
                    + " \(Self.membersMax) are supported")
        }
    }

    private static func text(_ urls: [ServeURL]) -> String {
        urls.map(\.description).joined(separator: ",")
    }
}
