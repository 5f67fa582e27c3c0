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
        freeze = Freeze(
            revision: revision, compactedRevision: compactedRevision, end: history.end,
            writtenBytes: writtenBytesEver, nextEntry: firstFlushedEntry(compactedRevision))
    }

    /// Begins to hand over from the beginning again, as of the same freeze.
    package func restartFlush() {
        guard let freeze else { preconditionFailure("no flush is under way") }
        self.freeze?.nextEntry = firstFlushedEntry(freeze.compactedRevision)
        self.freeze?.nextKey = []
    }

    private func firstFlushedEntry(_ compacted: Int64) -> Int {
        history.firstEntry(from: max(flushedRevision + 1, compacted))
    }

    /// Calls `body` with the next changes to hand over until it returns false.
    ///
    /// - Returns: whether there are more.
    package func visitFlushedChanges(_ body: (FlushedChange) -> Bool) -> Bool {
        guard let freeze else { preconditionFailure("no flush is under way") }
        var next = freeze.nextEntry
        var goesOn = true
        while goesOn, next < freeze.end {
            goesOn = body(history.flushedChange(next))
            next += 1
        }
        self.freeze?.nextEntry = next
        return next < freeze.end
    }

    /// Calls `body` with the next changed keys to hand over, after all changes were, until it returns false or
    /// `keysMax` keys were looked at for changes.
    ///
    /// - Returns: whether there are more.
    package func visitFlushedKeys(keysMax: Int, _ body: (FlushedKey) -> Bool) -> Bool {
        guard let freeze else { preconditionFailure("no flush is under way") }
        guard let start = freeze.nextKey else { return false }
        var (next, left) = ([UInt8]?.none, keysMax)
        tree.visit(.unbounded(lower: start)) { record in
            if left == 0 {
                next = record.key
                return false
            }
            left -= 1
            if let key = flushedKey(record, freeze), !body(key) { left = 0 }
            return true
        }
        self.freeze?.nextKey = next
        return next != nil
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
        changes.reverse()
        let state = history.state(of: record, at: freeze.revision, flushed: flushedRevision)
        guard let state else { preconditionFailure("a change since the last flush was dropped") }
        return FlushedKey(key: record.key, state: state, changes: changes)
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
