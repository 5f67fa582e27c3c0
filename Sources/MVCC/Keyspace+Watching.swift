/// What watchers are told, from memory.
extension Keyspace {
    /// Whether all changes from main revision `start` on are in memory.
    package func hasChangesInMemory(from start: Int64) -> Bool {
        base == nil || start > flushedRevision
    }

    /// The changes of memory from main revision `start` on, at least one revision, and no further one once there are
    /// `changesMax` changes, or `bytesMax` bytes of keys and values. They must be there: above what is flushed, and not
    /// compacted; a compaction since the end of the last turn does not count, because memory follows it later.
    package func changesInMemory(
        from start: Int64, changesMax: Int = .max, bytesMax: Int = .max
    ) -> ChangeBatch {
        precondition(hasChangesInMemory(from: start), "changes that only the base has")
        var changes: [Change] = []
        var bytes = 0
        var index = history.firstEntry(from: start)
        while index < history.end, history[index].main <= revision {
            let main = history[index].main
            let isFull = changes.count >= changesMax || bytes >= bytesMax
            if isFull, let last = changes.last, main != last.revision.main {
                return ChangeBatch(changes: changes, next: main)
            }
            let change = change(index)
            changes.append(change)
            bytes += change.byteCount
            index += 1
        }
        return ChangeBatch(changes: changes, next: max(start, revision + 1))
    }

    /// Calls `body` with each change of memory from main revision `start` on, oldest first: its main revision, its key,
    /// and what makes the change, which costs more than a look at the key. They must be there, as above.
    package func visitChangesInMemory(
        from start: Int64, _ body: (_ main: Int64, _ key: [UInt8], _ change: () -> Change) -> Void
    ) {
        precondition(hasChangesInMemory(from: start), "changes that only the base has")
        for index in history.firstEntry(from: start)..<history.end {
            let main = history[index].main
            guard main <= revision else { return }
            guard let record = history[index].record else { preconditionFailure("a dropped entry") }
            body(main, record.key) { change(index) }
        }
    }

    private func change(_ index: Int) -> Change {
        let entry = history[index]
        guard let record = entry.record else { preconditionFailure("a dropped entry") }
        var state: KeyState?
        if !entry.isDelete {
            // A key changes once in a revision.
            state = history.state(of: record, at: entry.main, flushed: flushedRevision)
            precondition(state?.exists == true, "a put without a state")
        }
        return Change(
            revision: Revision(main: entry.main, sub: Int64(entry.sub)), key: record.key,
            state: state, previous: entry.previous.exists ? entry.previous : nil)
    }
}
