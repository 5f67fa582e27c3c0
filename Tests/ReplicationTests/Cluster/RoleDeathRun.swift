import Paxos

/// A history in which roles die alone, healed at its end and judged.
struct RoleDeathRun {
    let cluster: Cluster
    let workload: Workload
    let reaper: RoleReaper
    let findings: [String]

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
        world.heal(clients)
        findings = world.findings(clients)
    }

    var acknowledged: Int { workload.acknowledged }
}
