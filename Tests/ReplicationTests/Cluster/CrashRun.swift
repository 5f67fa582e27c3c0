import Replication
import StateMachine

/// A history with crashes, healed at its end and judged.
struct CrashRun {
    let cluster: Cluster
    let workload: Workload
    private(set) var findings: [String] = []

    init(seed: UInt64, options: Cluster.Options, crashes: Int, expectsHalts: Bool = false) {
        cluster = Cluster(seed: seed, options: options)
        cluster.formed()
        cluster.expectsHalts = expectsHalts
        let clients = Workload(cluster, clients: 6)
        workload = clients
        let world = cluster
        let nemesis = Nemesis(world)
        let isDone = world.timeline.run(milliseconds: 300_000) {
            world.crashCount >= crashes || !world.violations.isEmpty
        }
        if !isDone { world.note("the crashes did not come") }
        nemesis.stop()
        clients.stop()
        heal()
    }

    /// Operations that ended well.
    var acknowledged: Int {
        workload.operations.count { operation in
            if case .written = operation.ending { true } else { false }
        }
    }

    private mutating func heal() {
        let (cluster, workload) = (cluster, workload)
        let isHealed = cluster.timeline.run(milliseconds: 10_000) {
            cluster.nodes.allSatisfy { $0.isStarted } && workload.isQuiet
        }
        if !isHealed { cluster.note("not every node came back, or answered") }
        if !cluster.becomesReadable(milliseconds: 10_000) {
            cluster.note("not every node serves again")
        }
        let isLevel = cluster.timeline.run(milliseconds: 10_000) {
            Set(cluster.liveNodes.map { $0.replica?.machine.appliedSlot }).count == 1
        }
        if !isLevel { cluster.note("not every node caught up") }
        judge()
    }

    private mutating func judge() {
        let replicas = cluster.nodes.compactMap(\.replica)
        for replica in replicas { cluster.compareDigest(of: replica, isCertain: true) }
        findings = cluster.violations
        for replica in replicas {
            findings += HistoryChecker.check(workload.operations, against: replica.machine)
        }
        findings = Array(findings.prefix(12))
    }
}
