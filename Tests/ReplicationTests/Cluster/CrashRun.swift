/// A history with crashes, healed at its end and judged.
struct CrashRun {
    let cluster: Cluster
    let workload: Workload
    let findings: [String]

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
        world.heal(clients)
        findings = world.findings(clients)
    }

    var acknowledged: Int { workload.acknowledged }
}
