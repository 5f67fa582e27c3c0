/// Ways in which a disk fails under the base of a running node.
enum BaseFault {
    /// Each step of a flush, in the order of docs/DataOnDisk.md. Also calls that fail once only: whoever tries again
    /// would be told that all is well.
    static let ofFlush: [FaultyDisk.Order] = [
        "create EIO at=1 .run",
        "write EIO at=1 .run",
        "write ENOSPC at=1 MANIFEST",
        "sync EIO at=1 .run",
        "link EIO at=1 .sst",
        "write EIO at=1 .sst",
        "sync EIO at=1 .sst",
        "sync EIO at=1 /rows$",
        "write EIO at=1 MANIFEST",
        "sync EIO at=1 MANIFEST",
        "sync EIO from=1 /base/",
    ]

    /// What a start reads and writes before it knows the base.
    static let ofStart: [FaultyDisk.Order] = [
        "read EIO at=1 /base/current",
        "read EIO at=1 CURRENT",
        "read EIO at=1 MANIFEST",
        "open EIO at=1 MANIFEST",
        "open EIO at=1 .sst",
        "read EIO at=1 .sst",
        "read EIO from=4 .sst",
        "write EIO at=1 MANIFEST",
        "sync EIO at=1 MANIFEST",
        "sync EIO at=1 .dbtmp",
        "sync EIO at=1 /rows$",
    ]

    /// So many of them, in an order of its own for each run.
    static func plan(_ orders: [FaultyDisk.Order], count: Int) -> [FaultyDisk.Order] {
        var plan: [FaultyDisk.Order] = []
        while plan.count < count { plan += orders.shuffled() }
        return Array(plan.prefix(count))
    }
}
