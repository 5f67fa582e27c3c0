/// A flush under way: everything up to a revision goes to the base.
struct Freeze {
    /// The revision at the freeze.
    let revision: Int64
    /// The compacted revision at the freeze: what lies below goes nowhere.
    let compactedRevision: Int64
    /// One above the newest entry of the history at the freeze.
    let end: Int
    /// `writtenBytesEver` at the freeze.
    let writtenBytes: Int
    /// The next entry to hand over.
    var nextEntry: Int
    /// The next key to look at; nil when all were.
    var nextKey: [UInt8]? = []
}

/// Handing down to the base what changed since the last flush, in pieces, while writes go on.
extension Keyspace {
    /// What changes above the flushed revision keep in memory, about: their entries, and keys and values that they
    /// put.
    package var unflushedBytes: Int { writtenBytesEver - flushedBytesEver }

    /// Begins a flush of everything up to the current revision. Between two commands.
    package func beginFreeze() {
        precondition(freeze == nil && !isWriting, "a freeze inside a flush or a transaction")
        let compacted = compactedRevision
        freeze = Freeze(
            revision: revision, compactedRevision: compacted, end: history.end,
            writtenBytes: writtenBytesEver,
            nextEntry: history.firstEntry(from: max(flushedRevision + 1, compacted)))
    }

    /// The next changes to hand over; none when all were.
    package func nextFlushedChanges(changesMax: Int) -> [FlushedChange] {
        guard var freeze else { preconditionFailure("no flush is under way") }
        let end = min(freeze.end, freeze.nextEntry + changesMax)
        let changes = (freeze.nextEntry..<end).map(history.flushedChange)
        freeze.nextEntry = end
        self.freeze = freeze
        return changes
    }

    /// The next changed keys to hand over, after all changes were, looking at up to `keysMax` keys; nil when all
    /// were.
    package func nextFlushedKeys(keysMax: Int) -> [FlushedKey]? {
        guard var freeze else { preconditionFailure("no flush is under way") }
        guard let start = freeze.nextKey else { return nil }
        var keys: [FlushedKey] = []
        var left = keysMax
        freeze.nextKey = nil
        tree.visit(.unbounded(lower: start)) { record in
            if left == 0 {
                freeze.nextKey = record.key
                return false
            }
            left -= 1
            if let key = flushedKey(record, freeze) { keys.append(key) }
            return true
        }
        self.freeze = freeze
        return keys
    }

    /// The flush is durable. Memory follows in steps (`releaseStep`).
    package func endFreeze() {
        guard let freeze else { preconditionFailure("no flush is under way") }
        flushedRevision = freeze.revision
        flushedBytesEver = freeze.writtenBytes
        baseGeneration += 1
        self.freeze = nil
    }

    /// What of a record goes down; nil if it has not changed since the last flush.
    private func flushedKey(_ record: KeyRecord, _ freeze: Freeze) -> FlushedKey? {
        var changes: [Revision] = []
        var hasChanged = false
        var index = record.newestEntry
        while history.holds(index), history[index].main > flushedRevision {
            let main = history[index].main
            if index < freeze.end {
                hasChanged = true
                if main > freeze.compactedRevision {
                    changes.append(Revision(main: main, sub: Int64(history[index].sub)))
                }
            }
            index = history[index].previousEntry
        }
        guard hasChanged else { return nil }
        let state = history.state(of: record, at: freeze.revision, flushed: flushedRevision)
        guard let state else { preconditionFailure("a change since the last flush was dropped") }
        return FlushedKey(key: record.key, state: state, changes: changes.reversed())
    }
}

extension History {
    /// An entry as a flush hands it over.
    func flushedChange(_ index: Int) -> FlushedChange {
        let entry = self[index]
        guard let record = entry.record else { preconditionFailure("a dropped entry") }
        return FlushedChange(
            revision: Revision(main: entry.main, sub: Int64(entry.sub)), key: record.key,
            isDelete: entry.isDelete, previous: entry.previous, bytesBefore: entry.bytesBefore)
    }
}
