package import MVCC

/// The history, for whoever watches from a revision that memory has no more.
extension KeyRows {
    /// The changes from main revision `start` up to `end`, whole revisions, without those of keys outside `interval`.
    /// It ends early once there are `changesMax` changes, or many bytes, or many rows were passed.
    ///
    /// Compaction may overtake it: what is below the compacted revision by the time that it is used counts for nothing
    /// (P32).
    package func changes(
        from start: Int64, upTo end: Int64, in interval: KeyInterval, changesMax: Int
    ) throws(KeyBaseError) -> ChangeBatch {
        try reading { () throws(RowError) in
            let (found, next) = try rowsOfChanges(
                from: start, upTo: end, in: interval, changesMax: changesMax)
            return ChangeBatch(changes: try states(of: found), next: next)
        }
    }

    private func rowsOfChanges(
        from start: Int64, upTo end: Int64, in interval: KeyInterval, changesMax: Int
    ) throws(RowError) -> (found: [FlushedChange], next: Int64) {
        var found: [FlushedChange] = []
        var (bytes, passed) = (0, 0)
        var current = start
        var next = end + 1
        var failure: RowError?
        try rows.visit(
            from: RowLayout.historyKey(from: start), to: RowLayout.historyKey(from: end + 1),
            descending: false
        ) { key, value in
            do throws(RowError) {
                let change = try Self.change(key, value)
                let main = change.revision.main
                let isFull =
                    found.count >= changesMax || bytes >= Limits.changeBytesMax
                    || passed >= Limits.changeRowsPassed
                if isFull, main != current {
                    next = main
                    return false
                }
                current = main
                passed += 1
                guard interval.contains(change.key) else { return true }
                found.append(change)
                bytes += value.count
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        return (found, next)
    }

    /// The state after a change is that before the key's next one: mostly the batch has it.
    private func states(of found: [FlushedChange]) throws(RowError) -> [Change] {
        var changes: [Change] = []
        changes.reserveCapacity(found.count)
        // Asked by its keys only.
        var after: [[UInt8]: KeyState] = [:]
        for change in found.reversed() {
            var state: KeyState?
            if !change.isDelete {
                let main = change.revision.main
                if let known = after[change.key] {
                    state = known
                } else {
                    state = try stateNow(of: change.key, at: main)
                }
            }
            after[change.key] = change.previous
            changes.append(
                Change(
                    revision: change.revision, key: change.key, state: state,
                    previous: change.previous.exists ? change.previous : nil))
        }
        changes.reverse()
        return changes
    }

    private func stateNow(of key: [UInt8], at main: Int64) throws(RowError) -> KeyState? {
        let newest = try newestState(of: key)
        if let newest, newest.modRevision <= main { return newest }
        return try stateAtOldRevision(of: key, at: main, newest: newest)
    }
}
