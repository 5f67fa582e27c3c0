internal import EventLoops
internal import Observability
internal import Peering
internal import TLS
internal import Transport

/// The certificates of one node, for its clients, for its peers, and for those whom it dials: read at the
/// start, and again while it runs.
final class NodeCertificates {
    /// Nil where clients are served in the clear.
    let clients: WatchedCertificate?
    /// Nil where peers are served in the clear.
    let peers: WatchedCertificate?
    /// Nil where no peer wants TLS.
    let dialing: WatchedCertificate?

    /// Reads all files. Blocking: before anything is served.
    init(_ configuration: ServeConfiguration, logger: Logger) throws {
        let security = configuration.security
        let makes = SelfSignedFiles(configuration)
        var clientFiles = security.clients.files
        let clientURLs = configuration.listenClientURLs + configuration.listenMetricsURLs
        let servesClients = clientURLs.contains(where: \.isSecure)
        if security.clients.isAutomatic, servesClients {
            clientFiles = try makes.files("client", for: clientURLs, logger)
        }
        var (peerFiles, dialingFiles) = (security.peers.files, security.dialing)
        if security.peers.isAutomatic, configuration.listenPeerURLs.contains(where: \.isSecure) {
            peerFiles = try makes.files("peer", for: configuration.listenPeerURLs, logger)
            dialingFiles = peerFiles
        }
        clients =
            servesClients
            ? try WatchedCertificate(
                .server, clientFiles, security.policy(of: security.clients, isForClients: true))
            : nil
        let servesPeers = configuration.listenPeerURLs.contains(where: \.isSecure)
        peers =
            servesPeers
            ? try WatchedCertificate(.server, peerFiles, security.policy(of: security.peers)) : nil
        let dialsSecurely =
            servesPeers || dialingFiles != TLSFiles()
            || configuration.initialCluster.flatMap(\.peerURLs).contains(where: \.isSecure)
        dialing =
            dialsSecurely
            ? try WatchedCertificate(.client, dialingFiles, security.policy(of: security.peers))
            : nil
    }
}

extension ServeSecurity {
    /// The rules of one side.
    fileprivate func policy(of side: Side, isForClients: Bool = false) -> TLSPolicy {
        var policy = TLSPolicy()
        policy.versionMin = versionMin
        policy.versionMax = versionMax
        policy.cipherSuites = cipherSuites
        policy.demandsCertificate = side.demandsCertificate
        // As etcd: certificates that vouch for themselves prove nothing to anybody.
        policy.verifiesServer = !side.isAutomatic
        policy.allowedCommonName = side.allowedCommonName
        policy.allowedHost = side.allowedHost
        policy.namesUsers = isForClients && namesUsers
        return policy
    }
}
