/// One way in which a disk fails under a running node.
struct DiskFault: CustomStringConvertible, Sendable {
    enum Victim: String, CaseIterable, Sendable { case leader, follower }

    let victim: Victim
    let order: FaultyDisk.Order
    /// What the node says of it before it ends.
    let sentence: String

    var description: String { "\(order), \(victim)" }

    /// Every fault, at the leader and at a follower, in an order of its own for each run.
    static func plan(count: Int) -> [DiskFault] {
        var plan: [DiskFault] = []
        while plan.count < count { plan += all.shuffled() }
        return Array(plan.prefix(count))
    }

    private static let all = Victim.allCases.flatMap { victim in
        orders.map { DiskFault(victim: victim, order: $0.order, sentence: $0.sentence) }
    }

    /// Also of calls that fail once only: whoever tries again would be told that all is well.
    private static let orders = [
        (order: "sync EIO at=1 .log", sentence: "could not flush"),
        (order: "sync EIO from=3 .log", sentence: "could not flush"),
        (order: "write EIO at=2 .log", sentence: "could not write"),
        (order: "write ENOSPC from=1 .log", sentence: "could not write"),
        (order: "write EIO from=2 .preparing", sentence: "could not write"),
    ]
}
