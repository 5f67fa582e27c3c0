extension Keyspace {
    /// Makes every revision below `target` unreadable, at once. `releaseStep` and the next flush free the space.
    ///
    /// - Throws: `compacted` if `target` is not above the compacted revision, `future` if it is above
    ///   the current one.
    package func compact(to target: Int64) throws(KeyspaceError) {
        if target <= compactedRevision { throw .compacted(compactedRevision) }
        if target > revision { throw .future(revision) }
        compactedByteCount = countedBytes(before: target)
        compactedRevision = target
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

    /// What the changes below main revision `target` ever counted.
    private func countedBytes(before target: Int64) -> Int {
        var counted: Int?
        if base != nil, target <= flushedRevision {
            visitFlushedChanges(from: target) { change in
                counted = change.bytesBefore
                return false
            }
        }
        return counted ?? history.bytes(before: history.firstEntry(from: target))
    }

    /// Calls `body` with the changes that the base has from main revision `start` on, until it returns false.
    func visitFlushedChanges(from start: Int64, _ body: (FlushedChange) -> Bool) {
        guard let base else { preconditionFailure("a flushed revision without a base") }
        do throws(KeyBaseError) {
            try base.visitChanges(from: start) { change in
                change.revision.main <= flushedRevision && body(change)
            }
        } catch {
            baseFailure = baseFailure ?? error
        }
    }
}
