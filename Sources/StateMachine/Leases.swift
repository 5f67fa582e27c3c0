package import MVCC

/// The replicated table of leases: which there are, for how long each is good, and which keys end with it.
///
/// A lease keeps its *place* for as long as it lives, so that whoever keeps time for leases needs no search.
///
/// Not Sendable: one loop owns it.
package final class Leases {
    /// By place; some places are empty.
    package private(set) var rows: [LeaseRow] = []
    /// Where a lease is. Asked by its key only and never walked: its order is another one in every process.
    private var places: [Int64: Int] = [:]
    private var freePlaces: [Int] = []
    /// The sum of the digests of all leases: their places are nobody's business.
    private var rowsDigest: UInt64 = 0

    /// Rises whenever the table is another one: places of before mean nothing then.
    package private(set) var generation: UInt64 = 0
    /// The places of leases that were granted since somebody last took them.
    private var granted: [Int] = []
    /// Is told of what becomes of leases; for checkers.
    package var onEvent: ((LeaseEvent) -> Void)?
    /// Keys that are attached to leases.
    package private(set) var attachedCount = 0
    /// Leases that were granted and revoked, in all slots that this process has applied.
    package private(set) var grantedCount: UInt64 = 0
    package private(set) var revokedCount: UInt64 = 0

    /// By groups of neighbouring places: whether a lease of them has changed since the last flush began.
    private var isChanged: [Bool] = []

    /// How many there are.
    package var count: Int { places.count }

    /// Where a lease is; nil if there is none of this id.
    package func place(of id: Int64) -> Int? { places[id] }

    /// The lease of this id; nil if there is none.
    package func row(of id: Int64) -> LeaseRow? { places[id].map { rows[$0] } }

    package func has(_ id: Int64) -> Bool { places[id] != nil }

    /// All ids, lowest first.
    package var ids: [Int64] { rows.filter { !$0.isEmpty }.map(\.id).sorted() }

    /// The places of leases that were granted since the last call, some of which may have ended since.
    package func takeGranted() -> [Int] {
        if granted.isEmpty { return [] }
        defer { granted.removeAll(keepingCapacity: true) }
        return granted
    }

    // MARK: Changes

    /// Makes a lease whose id is not taken.
    func grant(_ id: Int64, ttlSeconds: Int64, slot: UInt64) {
        precondition(id != 0 && places[id] == nil, "an id is granted once")
        let place = freePlaces.popLast() ?? rows.count
        if place == rows.count { rows.append(.empty) }
        rows[place] = LeaseRow(id: id, ttlSeconds: ttlSeconds, grantSlot: slot)
        places[id] = place
        rowsDigest &+= rows[place].digest
        granted.append(place)
        grantedCount += 1
        noteChange(place)
        onEvent?(.granted(id: id, slot: slot))
    }

    /// Ends a lease. Its keys are the caller's business.
    func remove(_ id: Int64) -> LeaseRow? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        let row = rows[place]
        rows[place] = .empty
        freePlaces.append(place)
        rowsDigest &-= row.digest
        attachedCount -= row.keyCount
        revokedCount += 1
        noteChange(place)
        onEvent?(.ended(id: id, grantSlot: row.grantSlot))
        return row
    }

    /// A key that had one lease, or none (0), has another one now, or none.
    func move(_ key: [UInt8], from old: Int64, to new: Int64) {
        if old == new { return }
        if old != 0 {
            change(old) { $0.detach(key) }
            attachedCount -= 1
        }
        if new != 0 {
            change(new) { $0.attach(key) }
            attachedCount += 1
        }
    }

    private func change(_ id: Int64, _ body: (inout LeaseRow) -> Void) {
        guard let place = places[id] else { preconditionFailure("a key has a lease that is none") }
        rowsDigest &-= rows[place].digest
        body(&rows[place])
        rowsDigest &+= rows[place].digest
        noteChange(place)
    }

    /// Adds the whole table, in constant time.
    func add(to digest: inout StateDigest) {
        digest.add(UInt64(count))
        digest.add(UInt64(attachedCount))
        digest.add(rowsDigest)
    }

    // MARK: Flushes

    private func noteChange(_ place: Int) {
        let group = place / Limits.leasesPerTable
        while isChanged.count <= group { isChanged.append(false) }
        isChanged[group] = true
    }

    /// The number of groups of neighbouring places.
    var groupCount: Int { isChanged.count }

    /// The groups that have changed since the last call.
    func takeChangedGroups() -> [Int] {
        let changed = isChanged.indices.filter { isChanged[$0] }
        for group in changed { isChanged[group] = false }
        return changed
    }

    /// The leases of a group, by place.
    func rows(ofGroup group: Int) -> ArraySlice<LeaseRow> {
        let start = group * Limits.leasesPerTable
        return rows[start..<min(rows.count, start + Limits.leasesPerTable)]
    }

    /// Forgets everything in favour of what a base holds.
    func replace(by kept: [LeaseRow]) {
        rows = kept
        places = [:]
        places.reserveCapacity(kept.count)
        freePlaces = []
        (rowsDigest, attachedCount) = (0, 0)
        granted = []
        generation += 1
        for (place, row) in kept.enumerated() {
            if row.isEmpty {
                freePlaces.append(place)
                continue
            }
            places[row.id] = place
            rowsDigest &+= row.digest
            attachedCount += row.keyCount
        }
        let groups = (kept.count + Limits.leasesPerTable - 1) / Limits.leasesPerTable
        isChanged = [Bool](repeating: false, count: groups)
    }

    /// Fails if the table contradicts itself, or the keys: for tests and for the simulator.
    package func checkInvariants(_ keyspace: Keyspace) {
        precondition(rows.count == places.count + freePlaces.count, "a place is lost")
        var keyCount = 0
        for (place, row) in rows.enumerated() where !row.isEmpty {
            precondition(places[row.id] == place, "a lease is not where it is")
            keyCount += row.keyCount
            for key in row.keys {
                let lease = keyspace.state(of: key, at: keyspace.revision)?.lease
                precondition(lease == row.id, "a key is not attached to its lease")
            }
        }
        precondition(keyCount == attachedCount, "the attached keys are miscounted")
        _ = keyspace.scan(.unbounded(lower: [0]), at: keyspace.revision) { key, state in
            let isKnown = state.lease == 0 || row(of: state.lease)?.has(key) == true
            precondition(isKnown, "a key's lease does not know it")
            return true
        }
    }
}
