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
        var index = history.firstEntry(from: start)
        while index < history.end, history[index].main <= revision {
            let main = history[index].main
            if given >= changesMax, main != newest { return main }
            body(change(index))
            given += 1
            newest = main
            index += 1
        }
        return max(start, revision + 1)
    }

    private func change(_ index: Int) -> Change {
        let main = history[index].main
        let previous = history[index].previous
        // Present by the number, not by what is physically there: equal on every replica.
        let isPreviousReadable = previous.exists && main - 1 >= compactedRevision
        return Change(
            revision: Revision(main: main, sub: Int64(history[index].sub)),
            key: history[index].record?.key ?? [],
            state: history[index].isDelete ? nil : history.stateAfter(index),
            previous: isPreviousReadable ? previous : nil)
    }
}
