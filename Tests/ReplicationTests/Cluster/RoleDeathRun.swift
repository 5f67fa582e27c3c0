import Paxos
import Replication
import StateMachine

/// A history in which roles die alone, healed at its end and judged.
struct RoleDeathRun {
    let cluster: Cluster
    let workload: Workload
    let reaper: RoleReaper
    private(set) var findings: [String] = []

    /// With `crashes` whole processes are killed as well.
    init(
        seed: UInt64, options: Cluster.Options, roles: [Role] = Role.allCases, deaths: Int,
        crashes: Bool = false
    ) {
        cluster = Cluster(seed: seed, options: options)
        cluster.formed()
        let clients = Workload(cluster, clients: 6)
        workload = clients
        let world = cluster
        let deadly = RoleReaper(world, roles: roles)
        reaper = deadly
        let nemesis = crashes ? Nemesis(world) : nil
        let isDone = world.timeline.run(milliseconds: 300_000) {
            deadly.deathCount >= deaths || !world.violations.isEmpty
        }
        if !isDone { world.note("the deaths did not come") }
        nemesis?.stop()
        deadly.stop()
        clients.stop()
        heal()
    }

    /// Writes that ended well.
    var acknowledged: Int {
        workload.operations.count { operation in
            if case .written = operation.ending { true } else { false }
        }
    }

    private mutating func heal() {
        let (cluster, workload) = (cluster, workload)
        let isHealed = cluster.timeline.run(milliseconds: 10_000) {
            cluster.nodes.allSatisfy { $0.isStarted && $0.replica?.deadRoles == [] }
                && workload.isQuiet
        }
        if !isHealed { cluster.note("not every node or role came back, or answered") }
        if !cluster.becomesReadable(milliseconds: 10_000) {
            cluster.note("not every node serves again")
        }
        if !cluster.becomesLevel(milliseconds: 10_000) { cluster.note("not every node caught up") }
        findings = cluster.violations
        for replica in cluster.nodes.compactMap(\.replica) {
            findings += HistoryChecker.check(workload.operations, against: replica.machine)
        }
        findings = Array(findings.prefix(12))
    }
}
