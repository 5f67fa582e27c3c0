extension Keyspace {
    /// Calls `body` with the changes from main revision `start` on, in order, up to the current one.
    /// It stops after the revision in which `changesMax` is reached, never inside a revision.
    ///
    /// - Returns: the main revision to go on from; above the current one if all was given.
    /// - Throws: `compacted` if `start` is below the compacted revision.
    package func changes(
        from start: Int64, changesMax: Int = .max, _ body: (Change) -> Void
    ) throws(KeyspaceError) -> Int64 {
        if start < compactedRevision { throw .compacted(compactedRevision) }
        var given = 0
        var newest = start - 1
        var next = max(start, revision + 1)
        visitChanges(from: start) { flushed in
            let main = flushed.revision.main
            if main > revision { return false }
            if given >= changesMax, main != newest {
                next = main
                return false
            }
            body(change(flushed))
            given += 1
            newest = main
            return true
        }
        return next
    }

    /// Calls `body` with all changes from main revision `start` on, first those that the base has, until it
    /// returns false.
    func visitChanges(from start: Int64, _ body: (FlushedChange) -> Bool) {
        var isGoingOn = true
        if base != nil, start <= flushedRevision {
            visitFlushedChanges(from: start) { change in
                isGoingOn = body(change)
                return isGoingOn
            }
        }
        var index = history.firstEntry(from: max(start, flushedRevision + 1))
        while isGoingOn, index < history.end {
            isGoingOn = body(history.flushedChange(index))
            index += 1
        }
    }

    private func change(_ change: FlushedChange) -> Change {
        let main = change.revision.main
        // Present by the number, not by what is physically there: equal on every replica.
        let isPreviousReadable = change.previous.exists && main - 1 >= compactedRevision
        return Change(
            revision: change.revision, key: change.key,
            // A key changes once in a revision.
            state: change.isDelete ? nil : state(of: change.key, at: main),
            previous: isPreviousReadable ? change.previous : nil)
    }
}
