/// Giving memory back.
extension Keyspace {
    /// About what keys, values and changes take in memory.
    package var memoryBytes: Int {
        recordBytes + history.heldValueBytes + history.count * Limits.entryOverheadBytes
    }

    /// About what keys with their newest values take of it.
    package var recordBytes: Int {
        tree.recordCount * Limits.recordOverheadBytes + tree.keyBytes + recordValueBytes
    }

    /// Whether `releaseStep` has something to free.
    package var hasReleaseWork: Bool {
        if base != nil {
            return history.count > 0 && history[history.first].main <= flushedRevision
        }
        if history.count > 0, history[history.first].main < compactedRevision { return true }
        let next = max(sweptEntries, history.first)
        return next < history.end && history[next].main <= compactedRevision
    }

    /// Frees changes that the base has, or without a base what lies below the compacted revision, looking at up to
    /// `budgetChanges`. The changes *at* that revision stay, since a watch may start there; keys deleted by it go.
    ///
    /// - Returns: whether more is to be done.
    @discardableResult
    package func releaseStep(budgetChanges: Int) -> Bool {
        for _ in 0..<budgetChanges {
            guard hasReleaseWork else { return false }
            if base == nil { releaseCompacted() } else { releaseFlushed() }
        }
        return hasReleaseWork
    }

    private func releaseFlushed() {
        evictionPauseBytes = 0
        sweep(history.first)
        history.dropFirst()
    }

    private func releaseCompacted() {
        let next = max(sweptEntries, history.first)
        if next < history.end, history[next].main <= compactedRevision { sweep(next) }
        if history[history.first].main < compactedRevision { history.dropFirst() }
    }

    /// Takes the key of a delete out of the tree, unless it was put again.
    private func sweep(_ index: Int) {
        sweptEntries = index + 1
        guard history[index].isDelete, let record = history[index].record else { return }
        guard record.newestEntry == index, !record.isPinned else { return }
        tree.remove(record)
    }

    /// Takes keys out of memory that the base has and that nobody asked for since the last look, looking at up to
    /// `budgetKeys` of them, as long as memory is above `bytesMax`, and keys take more than their share of that:
    /// changes that wait for a flush are many for a short while only, and keys that go for that would be back soon.
    ///
    /// - Returns: whether another look is worth while at once: keys have gone, and memory is still above. What is
    ///   not flushed yet, or was just used, stays: for that alone nobody needs to look again before something else
    ///   happens.
    @discardableResult
    package func evictStep(budgetKeys: Int, bytesMax: Int) -> Bool {
        let excess = evictionExcess(bytesMax)
        guard base != nil, excess > 0, memoryBytes > evictionPauseBytes, tree.recordCount > 0
        else { return false }
        let margin = bytesMax / Limits.evictionParts
        let look = lookForVictims(budgetKeys: budgetKeys, bytesWanted: excess + margin)
        for record in look.victims { evict(record) }
        note(look.lookedAt, look.hopefulCount, bytesMax)
        return !look.victims.isEmpty && evictionExcess(bytesMax) > 0
    }

    /// How much of the keys should go.
    private func evictionExcess(_ bytesMax: Int) -> Int {
        let share = bytesMax / Limits.keyShareParts * (Limits.keyShareParts - Limits.changeParts)
        return min(memoryBytes - bytesMax, recordBytes - share)
    }

    /// Once next to nothing can go of all keys, looking on is not worth it before there is more, or before a flush
    /// ends. Some keys say nothing: those that were put last may lie together.
    private func note(_ lookedAt: Int, _ hopeful: Int, _ bytesMax: Int) {
        evictionRound.lookedAt += lookedAt
        evictionRound.hopeful += hopeful
        guard evictionRound.lookedAt >= tree.recordCount else { return }
        if evictionRound.hopeful * Limits.evictionHope < evictionRound.lookedAt {
            evictionPauseBytes = memoryBytes + max(1, bytesMax / Limits.evictionPauseParts)
        }
        evictionRound = (0, 0)
    }

    /// One look at some keys, from where the last one ended (the CLOCK algorithm).
    private func lookForVictims(
        budgetKeys: Int, bytesWanted: Int
    ) -> (victims: [KeyRecord], hopefulCount: Int, lookedAt: Int) {
        var victims: [KeyRecord] = []
        var (hopeful, lookedAt, bytes) = (0, 0, 0)
        var next: [UInt8] = []
        tree.visit(.unbounded(lower: evictionStart)) { record in
            if lookedAt == budgetKeys || bytes >= bytesWanted {
                next = record.key
                return false
            }
            lookedAt += 1
            guard !history.holds(record.newestEntry), !record.isPinned else {
                record.isUsed = false
                return true
            }
            hopeful += 1
            if record.isUsed {
                record.isUsed = false
            } else {
                victims.append(record)
                bytes +=
                    Limits.recordOverheadBytes + record.key.count + record.state.value.count
            }
            return true
        }
        evictionStart = next
        return (victims, hopeful, lookedAt)
    }

    private func evict(_ record: KeyRecord) {
        if record.isLive {
            isComplete = false
            tree.makeDead(record)
        }
        recordValueBytes -= record.state.value.count
        tree.remove(record)
    }
}
