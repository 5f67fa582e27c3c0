internal import Basics
internal import MVCC
internal import Rows

/// A store of a base, and its number.
struct OpenStore: Sendable {
    let number: UInt64
    let rows: RowStore
    let keys: KeyRows
    /// Parts of fetches that were submitted and have not ended.
    let fetches = Monitor(0)
    private let directory: BaseDirectory

    /// Whether somebody has found it not to be as it was written.
    var isDamaged: Bool { directory.pointer == .damaged(number) }

    init(
        _ directory: BaseDirectory, _ number: UInt64, _ opening: RowStore.Opening,
        startName: String, cacheBytes: Int
    ) throws(RowError) {
        self.number = number
        self.directory = directory
        rows = try RowStore(
            directory: directory.storePath(number), opening, startName: startName,
            cacheBytes: cacheBytes)
        keys = KeyRows(rows) { error in
            if error.isDamage { directory.markDamaged(number) }
        }
    }
}

extension RowStore {
    /// The slot whose state these rows are; nil if nothing was ever flushed.
    func appliedSlot() throws(RowError) -> UInt64? {
        guard let row = try value(of: RowLayout.tableKey(WellKnownTables.appliedSlot)) else {
            return nil
        }
        guard let slot = WellKnownTables.slot(row) else {
            throw RowError("the row of the applied slot is none")
        }
        return slot
    }
}
