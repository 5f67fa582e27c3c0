internal import MVCC

/// Looks in the index for the keys that changed above a revision, each with its first such change.
struct IndexSearch {
    let revision: Int64
    let descending: Bool
    /// So many keys are looked at.
    let keysMax: Int

    private(set) var found: [(key: [UInt8], revision: Revision)] = []
    /// The last key that was looked at.
    private(set) var key: [UInt8]?
    /// There are keys behind it.
    private(set) var isCut = false
    /// The last key, if it has so many rows that its first change is better looked for directly.
    private(set) var crowded: [UInt8]?

    private var keyCount = 0
    private var passed = 0
    private var failure: RowError?

    init(revision: Int64, descending: Bool, keysMax: Int) {
        self.revision = revision
        self.descending = descending
        self.keysMax = keysMax
    }

    mutating func run(
        _ rows: any RowStoring, from lower: [UInt8], to upper: [UInt8]
    ) throws(RowError) {
        try rows.visit(from: lower, to: upper, descending: descending) { look(at: $0, $1) }
        if let failure { throw failure }
    }

    /// The crowded key's first change above the revision is this one; the search goes on behind the key.
    mutating func jumped(to place: Revision?) {
        guard let key = crowded else { preconditionFailure("a key that is crowded") }
        crowded = nil
        if found.last?.key == key { found.removeLast() }
        if let place { found.append((key, place)) }
    }

    /// Whether the next row is to be looked at.
    private mutating func look(
        at row: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> Bool {
        do throws(RowError) {
            let entry = try KeyRows.place(row)
            guard begin(entry.key) else { return false }
            let first = try RowValues.readFirstChange(
                above: revision, before: entry.revision, value)
            guard let first else { return true }
            if found.last?.key != entry.key {
                found.append((entry.key, first))
            } else if descending {
                found[found.count - 1].revision = first
            }
            return true
        } catch {
            failure = error
            return false
        }
    }

    private mutating func begin(_ next: [UInt8]) -> Bool {
        if next == key {
            passed += 1
            if passed > Limits.indexRowsPassed { crowded = next }
            return crowded == nil
        }
        if keyCount == keysMax {
            isCut = true
            return false
        }
        keyCount += 1
        key = next
        passed = 0
        return true
    }
}
