internal import Replication
internal import StateMachine

/// Clients that hold leases, beside those that read and write. They have keys of their own.
package final class LeaseWorkload {
    let world: World
    private unowned let workload: Workload
    let ledger: LeaseLedger
    var dice: Dice
    private var holders: [LeaseHolder] = []
    private(set) var isOver = false

    init(_ world: World, beside workload: Workload) {
        self.world = world
        self.workload = workload
        ledger = LeaseLedger(world)
        dice = Dice(seed: world.seed, concern: "leases")
        holders = (0..<Limits.leaseHolders).map { LeaseHolder($0, of: self) }
        world.leaseLedger = ledger
    }

    /// Requests and answers that are lost, in a thousand.
    var lossPerMille: UInt64 { workload.lossPerMille }

    func start() { for holder in holders { holder.begin() } }

    /// Nobody takes or renews a lease any more.
    func stop() { isOver = true }

    /// Whether every client has its answer, and every lease has ended at these machines.
    func isQuiet(at machines: [SimMachine]) -> Bool {
        holders.allSatisfy(\.isQuiet)
            && machines.allSatisfy { ($0.process?.replica?.machine.leases.count ?? 0) == 0 }
    }
}
