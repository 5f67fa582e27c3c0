extension Keyspace {
    /// Makes every revision below `target` unreadable, at once. `releaseStep` and the next flush free the space.
    ///
    /// - Throws: `compacted` if `target` is not above the compacted revision, `future` if it is above
    ///   the current one.
    package func compact(to target: Int64) throws(KeyspaceError) {
        try checkCompactable(target)
        let first = needsFirstChange(of: target) ? firstFlushedChange(from: target) : nil
        try compact(to: target, firstFlushed: first)
    }

    /// The same, by the first change from `target` on that the base has; nil if it has none, or was not asked.
    package func compact(
        to target: Int64, firstFlushed: FlushedChange?
    ) throws(KeyspaceError) {
        try checkCompactable(target)
        let inMemory = history.bytes(before: history.firstEntry(from: target))
        compactedByteCount = firstFlushed?.bytesBefore ?? inMemory
        compactedRevision = target
    }

    /// Throws unless `target` is above the compacted revision and not in the future.
    package func checkCompactable(_ target: Int64) throws(KeyspaceError) {
        if target <= compactedRevision { throw .compacted(compactedRevision) }
        if target > revision { throw .future(revision) }
    }

    /// Whether only the base may know what changes below `target` have counted.
    package func needsFirstChange(of target: Int64) -> Bool {
        base != nil && target <= flushedRevision
    }

    /// Skips revisions, and makes all below the new one unreadable. For a keyspace over a base that has all of it.
    package func leap(by count: Int64) {
        precondition(count > 0 && flushedRevision == revision && freeze == nil, "a leap in flight")
        revision += count
        flushedRevision = revision
        newestChange = revision
        compactedRevision = revision
        compactedByteCount = history.bytesEver
    }

    /// The first change from main revision `start` on that the base has. Blocking.
    package func firstFlushedChange(from start: Int64) -> FlushedChange? {
        var first: FlushedChange?
        visitFlushedChanges(from: start) { change in
            first = change
            return false
        }
        return first
    }

    /// Calls `body` with the changes that the base has from main revision `start` on, until it returns false.
    func visitFlushedChanges(from start: Int64, _ body: (FlushedChange) -> Bool) {
        guard let base else { preconditionFailure("a flushed revision without a base") }
        blockingReadCount += 1
        do throws(KeyBaseError) {
            try base.visitChanges(from: start) { change in
                change.revision.main <= flushedRevision && body(change)
            }
        } catch {
            baseFailure = baseFailure ?? error
        }
    }
}
