/// What a keyspace knows beside its keys and changes: with a base that has those, all that makes it again.
package struct KeyspaceCounters: Equatable, Sendable {
    package var revision: Int64
    package var compactedRevision: Int64
    package var changeDigest: UInt64
    package var keyCount: Int
    package var liveByteCount: Int
    /// What all changes ever counted, and those below the compacted revision.
    package var changeByteCount: Int
    package var compactedByteCount: Int

    package init(
        revision: Int64, compactedRevision: Int64, changeDigest: UInt64, keyCount: Int,
        liveByteCount: Int, changeByteCount: Int, compactedByteCount: Int
    ) {
        self.revision = revision
        self.compactedRevision = compactedRevision
        self.changeDigest = changeDigest
        self.keyCount = keyCount
        self.liveByteCount = liveByteCount
        self.changeByteCount = changeByteCount
        self.compactedByteCount = compactedByteCount
    }
}

extension Keyspace {
    /// Between two commands.
    package var counters: KeyspaceCounters {
        KeyspaceCounters(
            revision: revision, compactedRevision: compactedRevision,
            changeDigest: changeDigest.value, keyCount: keyCount, liveByteCount: liveByteCount,
            changeByteCount: history.bytesEver, compactedByteCount: compactedByteCount)
    }

    /// Puts an empty base below an empty keyspace.
    package func put(over base: any KeyBase) {
        precondition(keyCount == 0 && history.end == 0, "keys that no base knows of")
        self.base = base
    }

    /// Forgets everything in favour of a base, and of what was known when it was flushed.
    package func restore(_ counters: KeyspaceCounters, over base: any KeyBase) {
        revision = counters.revision
        compactedRevision = counters.compactedRevision
        changeDigest = StateDigest(value: counters.changeDigest)
        keyCount = counters.keyCount
        liveByteCount = counters.liveByteCount
        compactedByteCount = counters.compactedByteCount
        self.base = base
        flushedRevision = counters.revision
        newestChange = counters.revision
        isComplete = counters.keyCount == 0
        baseGeneration += 1
        tree = KeyTree()
        history = History(bytesEver: counters.changeByteCount)
        recordValueBytes = 0
        flushedBytesEver = writtenBytesEver
        sweptEntries = 0
        freeze = nil
        evictionStart = []
        evictionPauseBytes = 0
        evictionRound = (0, 0)
        pinned = []
    }
}
