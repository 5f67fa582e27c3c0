internal import Authentication
internal import Digests
internal import EventLoops
internal import Glibc
internal import HTTP
internal import Observability
internal import Paxos
internal import Peering
internal import Replication
internal import Signatures
internal import TLS
internal import Transport
internal import WriteAheadLog

/// One running member: every room joined on one loop.
final class ServerProcess {
    private let configuration: ServeConfiguration
    private let loop: EventLoop
    private let logger: Logger
    private let metrics = ServerMetrics()
    private let directory: NodeDirectory
    private let replica: Replica
    private let hub: PeerHub
    private let clientServer: Server
    /// Health and metrics beside the clients' ports; without addresses unless there is a flag.
    private let metricsServer: Server
    private let peerServer: Server
    private let certificates: NodeCertificates
    private var chaos: ChaosScheduler?
    private var isStopping = false

    /// Recovers what the data directory holds; nothing is served yet.
    init(_ configuration: ServeConfiguration, sink: LogSink) throws {
        self.configuration = configuration
        let loop = EventLoop()
        self.loop = loop
        logger = Logger(component: "server", sink: sink)
        let logger = self.logger
        let webTokens = try Self.webTokens(configuration.authentication, loop)
        let opened = try NodeDirectory.open(configuration)
        certificates = try NodeCertificates(configuration, logger: logger.named("tls"))
        let joined = try JoiningSeat.find(
            configuration, identity: opened.identity, tls: certificates.dialing?.context,
            loop: loop, logger: logger.named("join"))
        let members = ListedMembers(configuration, identity: opened.identity, joined: joined)
        directory = try NodeDirectory(
            opened, configuration, replica: members.own, logger: logger.named("log"),
            wake: { [mailbox = loop.mailbox] in mailbox.post {} })
        let parts = directory.parts
        replica = Replica(
            configuration: members.replicaConfiguration(configuration), parts: parts,
            metrics: metrics, logger: logger.named("replica"),
            clockMilliseconds: { loop.now / 1_000_000 }, clusterID: MemberIdentity.cluster,
            requestTurn: { loop.wake() },
            halt: { ProcessExit.end(.unsafeState, logger, $0) },
            renew: { [directory] in directory.endLife(because: $0, logger) })
        hub = PeerHub(
            loop: loop, replica: replica, own: members.own, peers: members.peers,
            metrics: metrics, logger: logger.named("peers"), seed: SecureRandom.uint64())
        replica.link = hub
        let doors = ClientDoors(loop, replica, configuration, webTokens)
        clientServer = Self.clientServer(loop, doors.router(), configuration)
        metricsServer = Server(
            loop: loop,
            configuration: ServerConfiguration(
                addresses: Self.addresses(configuration.listenMetricsURLs)),
            router: doors.routerToPages())
        peerServer = Self.peerServer(loop, hub, configuration)
        useCertificates()
        countBytes()
    }

    /// As etcd's dashboards ask for it: all bytes that clients sent and were sent.
    private func countBytes() {
        let server = clientServer
        metrics.registry.register(
            ReadCounter(
                "etcd_network_client_grpc_received_bytes_total", help: "Bytes from clients."
            ) { [unowned server] in server.receivedBytes })
        metrics.registry.register(
            ReadCounter("etcd_network_client_grpc_sent_bytes_total", help: "Bytes to clients.") {
                [unowned server] in server.sentBytes
            })
    }

    /// Serves until a signal says stop.
    func run() throws(LoopError) {
        loop.onTurnEnd.append { [replica] in replica.endOfTurn() }
        measureTurns()
        loop.schedule(afterMilliseconds: Self.tickMilliseconds, repeating: Self.tickMilliseconds) {
            [replica] in replica.tick()
        }
        for signal in [SIGTERM, SIGINT] { loop.onSignal(signal) { [weak self] in self?.stop() } }
        let report = Self.reportMilliseconds
        loop.schedule(afterMilliseconds: report, repeating: report) { [hub] in hub.report() }
        replica.onStarted = { [unowned self] in meetPeers() }
        replica.onRetired = { [unowned self] in retire(by: $0) }
        replica.onVote = { [directory, logger] in directory.removeEarlierLives(logger) }
        startChaos()
        try clientServer.start()
        try metricsServer.start()
        replica.start()
        let urls = configuration.listenClientURLs.map(\.description).joined(separator: ",")
        logger.info("serving", ["clients": "\(urls)"])
        loop.run()
        directory.close()
    }

    private func useCertificates() {
        clientServer.tls = certificates.clients?.context
        metricsServer.tls = certificates.clients?.context
        peerServer.tls = certificates.peers?.context
        hub.tls = certificates.dialing?.context
        let reloader = CertificateReloader(logger: logger.named("tls"))
        reloader.watch("clients", certificates.clients) { [clientServer, metricsServer] in
            clientServer.tls = $0
            metricsServer.tls = $0
        }
        reloader.watch("peers", certificates.peers) { [peerServer] in peerServer.tls = $0 }
        reloader.watch("dialing", certificates.dialing) { [hub] in hub.tls = $0 }
        reloader.start(loop)
        FaultLog("client", loop: loop, logger: logger).watch(clientServer)
        FaultLog("metrics", loop: loop, logger: logger).watch(metricsServer)
        FaultLog("peer", loop: loop, logger: logger).watch(peerServer)
    }

    private func startChaos() {
        guard let plan = configuration.chaos else { return }
        let scheduler = ChaosScheduler(
            plan, name: configuration.name, seed: SecureRandom.uint64(),
            logger: logger.named("chaos"), kill: { [replica] in replica.kill($0) },
            revive: { [replica] in replica.revive($0, hasAmnesia: $1) },
            after: { [loop] milliseconds, action in
                loop.schedule(afterMilliseconds: milliseconds, action)
            })
        scheduler.start()
        chaos = scheduler
    }

    /// The boot number is durable: only now may peers hear from this process.
    private func meetPeers() {
        do throws(LoopError) {
            try peerServer.start()
        } catch {
            ProcessExit.end(.failed, logger, "cannot listen: \(error)")
        }
        hub.start()
    }

    /// The node was removed, and the cluster needs it no more: it ends in order, and never starts again (P24).
    private func retire(by slot: Slot) {
        directory.noteStop()
        directory.noteRemoval(by: slot, logger)
        // Not in the middle of a turn.
        loop.schedule(afterMilliseconds: 1) { [self] in if !isStopping { stop() } }
    }

    /// Ends in order: no new calls, open ones finished, leadership given away, log sealed.
    private func stop() {
        guard !isStopping else { return loop.stop() }
        isStopping = true
        directory.noteStop()
        logger.info("stopping")
        replica.stop()
        clientServer.shutdown(graceMilliseconds: Self.graceMilliseconds) { [self] in
            hub.stop()
            metricsServer.shutdown(graceMilliseconds: 0)
            peerServer.shutdown(graceMilliseconds: 0) { [self] in
                replica.close { [loop] in loop.stop() }
            }
        }
    }

    private func measureTurns() {
        var startedAt: UInt64 = 0
        loop.onTurnStart.append { [loop] in startedAt = loop.turnTime }
        loop.onTurnEnd.append { [loop, metrics] in
            if startedAt != 0 { metrics.turnEnded(afterNanoseconds: loop.now - startedAt) }
            startedAt = 0
        }
    }

    /// How often the gauges of the peers' states are brought up to date.
    private static let reportMilliseconds: UInt64 = 100
    private static let tickMilliseconds: UInt64 = 10
    private static let graceMilliseconds: UInt64 = 2_000

    /// Reads the keys of signed tokens. Blocking: before anything is served.
    private static func webTokens(
        _ options: AuthenticationOptions, _ loop: EventLoop
    ) throws(SignatureKeyError) -> WebTokens? {
        guard let options = options.webTokens else { return nil }
        return WebTokens(key: try options.load(), lifeSeconds: options.lifeSeconds) {
            Int64(loop.wallClockSeconds)
        }
    }

    private static func clientServer(
        _ loop: EventLoop, _ router: Router, _ configuration: ServeConfiguration
    ) -> Server {
        var server = ServerConfiguration(addresses: addresses(configuration.listenClientURLs))
        server.http2.maxConcurrentStreams = configuration.maxConcurrentStreams
        server.keepAlive = configuration.keepAlive
        return Server(loop: loop, configuration: server, router: router)
    }

    private static func peerServer(
        _ loop: EventLoop, _ hub: PeerHub, _ configuration: ServeConfiguration
    ) -> Server {
        let router = Router()
        hub.register(on: router)
        var server = PeerHub.serverConfiguration(
            addresses: addresses(configuration.listenPeerURLs))
        server.checksAddresses = !configuration.security.skipsAddresses
        return Server(loop: loop, configuration: server, router: router)
    }

    private static func addresses(_ urls: [ServeURL]) -> [ServerConfiguration.Address] {
        urls.map { .init(host: $0.host, port: $0.port, isSecure: $0.isSecure) }
    }
}
