internal import Authentication
internal import EtcdAPI
internal import EventLoops
internal import RESTAPI
internal import Replication
internal import Transport

/// What clients of this node may ask, by any of its APIs.
final class ClientDoors {
    private let etcd: EtcdDoor
    private let rest: RESTDoor
    private let faults: FaultDoor

    init(
        _ loop: EventLoop, _ replica: Replica, _ configuration: ServeConfiguration,
        _ webTokens: WebTokens?
    ) {
        let later = DeferredWork(loop: loop)
        let mailbox = loop.mailbox
        let keeper = Gatekeeper(
            replica: replica, options: configuration.authentication, webTokens: webTokens,
            nowMilliseconds: { loop.now / 1_000_000 }, wake: { mailbox.post {} })
        loop.onTurnEnd.append { keeper.endOfTurn() }
        etcd = EtcdDoor(replica: replica, keeper: keeper, options: Self.options(configuration)) {
            later.run($0)
        }
        rest = RESTDoor(
            replica: replica, keeper: keeper, requestBytesMax: configuration.maxRequestBytes
        ) { later.run($0) }
        faults = FaultDoor(replica: replica, keeper: keeper, isEnabled: configuration.takesFaults)
        loop.schedule(
            afterMilliseconds: Self.tickMilliseconds, repeating: Self.tickMilliseconds
        ) { [etcd, rest] in
            etcd.tick()
            rest.tick()
        }
    }

    /// The way to everything.
    func router() -> Router {
        let router = Router()
        etcd.register(on: router)
        rest.register(on: router)
        router.http { [etcd, rest, faults] exchange in
            let isForFaults = FaultDoor.owns(exchange.path)
            guard etcd.admits(exchange, isForPages: !isForFaults) else { return }
            if RESTDoor.owns(exchange.path) { return rest.answer(exchange) }
            if isForFaults { return faults.answer(exchange) }
            etcd.answer(exchange)
        }
        return router
    }

    /// The way to health and metrics alone: for those who watch nodes, and need show nothing for it.
    func routerToPages() -> Router {
        let router = Router()
        router.http { [etcd] in etcd.answerPage($0) }
        return router
    }

    private static func options(_ configuration: ServeConfiguration) -> EtcdDoorOptions {
        var options = EtcdDoorOptions()
        options.requestBytesMax = configuration.maxRequestBytes
        options.txnOperationsMax = configuration.maxTransactionOperations
        options.productVersion = Version.synod
        options.origins = configuration.allowedOrigins
        options.hosts = configuration.allowedHosts
        options.measuresCalls = configuration.metricsDetail == .extensive
        options.takesFaults = configuration.takesFaults
        return options
    }

    /// How often those who watch this node's health are told of a change, and streams that cannot go on end.
    private static let tickMilliseconds: UInt64 = 100
}
