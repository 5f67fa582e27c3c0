internal import Replication

/// The methods, each written once, for gRPC and the gateway.
struct EtcdServices {
    let kv: KVService
    let lease: LeaseService
    let watch: WatchService
    let contests: OpenContests
    let lock: LockService
    let election: ElectionService
    let cluster: ClusterService
    let maintenance: MaintenanceService
    let snapshot: SnapshotService
    let store: StoreService
    let health: HealthService
    let faults: FaultService

    init(
        replica: Replica, options: EtcdDoorOptions,
        later: @escaping (@escaping () -> Void) -> Void
    ) {
        let proposer = CommandProposer(replica: replica, options: options)
        kv = KVService(
            replica: replica, proposer: proposer,
            ranges: RangeAnswerer(replica: replica, later: later), options: options)
        contests = OpenContests(
            StoreCalls(replica: replica, options: options, later: later))
        lock = LockService(contests)
        election = ElectionService(contests)
        lease = LeaseService(replica: replica, proposer: proposer)
        watch = WatchService(replica: replica)
        cluster = ClusterService(replica: replica)
        maintenance = MaintenanceService(
            replica: replica, proposer: proposer, options: options)
        snapshot = SnapshotService(replica: replica, version: options.etcdVersion)
        store = StoreService(proposer: proposer)
        health = HealthService(replica: replica)
        faults = FaultService(replica: replica, isEnabled: options.takesFaults)
    }
}
