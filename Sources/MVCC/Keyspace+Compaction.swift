extension Keyspace {
    /// Makes every revision below `target` unreadable, at once. `compactStep` frees the memory.
    ///
    /// - Throws: `compacted` if `target` is not above the compacted revision, `future` if it is above
    ///   the current one.
    package func compact(to target: Int64) throws(KeyspaceError) {
        if target <= compactedRevision { throw .compacted(compactedRevision) }
        if target > revision { throw .future(revision) }
        compactedRevision = target
        compactedByteCount = history.bytes(before: history.firstEntry(from: target))
    }

    /// Whether `compactStep` has something to free.
    package var hasCompactionWork: Bool {
        if history.count > 0, history[history.first].main < compactedRevision { return true }
        let next = max(sweptEntries, history.first)
        return next < history.end && history[next].main <= compactedRevision
    }

    /// Frees what lies below the compacted revision, looking at up to `budgetKeys` changes. The
    /// changes *at* that revision stay, since a watch may start there; keys deleted by it go.
    ///
    /// - Returns: whether more is to be done.
    package func compactStep(budgetKeys: Int) -> Bool {
        for _ in 0..<budgetKeys {
            guard hasCompactionWork else { return false }
            let next = max(sweptEntries, history.first)
            if next < history.end, history[next].main <= compactedRevision { sweep(next) }
            if history[history.first].main < compactedRevision { history.dropFirst() }
        }
        return hasCompactionWork
    }

    /// Takes the key of a delete out of the tree, unless it was put again.
    private func sweep(_ index: Int) {
        sweptEntries = index + 1
        guard history[index].isDelete, let record = history[index].record else { return }
        guard record.newestEntry == index else { return }
        tree.remove(record)
    }
}
