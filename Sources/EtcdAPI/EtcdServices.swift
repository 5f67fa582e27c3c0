internal import Authentication
internal import Replication

/// The methods, each written once, for gRPC and the gateway.
struct EtcdServices {
    let kv: KVService
    let gate: Gate
    let entrance: Entrance
    let auth: AuthService
    let lease: LeaseService
    let watch: WatchService
    let contests: OpenContests
    let lock: LockService
    let election: ElectionService
    let cluster: ClusterService
    let maintenance: MaintenanceService
    let hash: HashService
    let snapshot: SnapshotService
    let store: StoreService
    let health: HealthService
    let reflection = ReflectionService()
    let faults: FaultService

    init(
        replica: Replica, keeper: Gatekeeper, options: EtcdDoorOptions,
        later: @escaping (@escaping () -> Void) -> Void
    ) {
        gate = Gate(
            keeper, replica: replica, operationsMax: options.txnOperationsMax)
        entrance = Entrance(replica)
        auth = AuthService(replica: replica, gate: gate)
        let proposer = CommandProposer(replica: replica, gate: gate, options: options)
        kv = KVService(
            replica: replica, proposer: proposer,
            ranges: RangeAnswerer(replica: replica, later: later), gate: gate, options: options)
        let calls = StoreCalls(replica: replica, gate: gate, options: options, later: later)
        contests = OpenContests(calls)
        hash = HashService(calls)
        lock = LockService(contests)
        election = ElectionService(contests)
        lease = LeaseService(replica: replica, proposer: proposer, gate: gate)
        watch = WatchService(replica: replica, gate: gate)
        cluster = ClusterService(replica: replica)
        maintenance = MaintenanceService(
            replica: replica, proposer: proposer, options: options)
        snapshot = SnapshotService(replica: replica, version: options.etcdVersion)
        store = StoreService(proposer: proposer)
        health = HealthService(replica: replica)
        faults = FaultService(replica: replica, isEnabled: options.takesFaults)
    }
}
