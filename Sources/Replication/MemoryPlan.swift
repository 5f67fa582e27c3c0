/// How a node that has a base shares out its memory.
package struct MemoryPlan: Equatable, Sendable {
    /// Changes that are not flushed take at least so much before they are frozen (P31).
    package var generationBytes: Int
    /// Keys, values and changes may take so much in all before keys give way.
    package var tableBytes: Int
    /// Commands that were applied since the last flush add up to so much before there is another one: it bounds the
    /// log and the time of a restart.
    package var replayBytes: Int
    /// Decided values that wait to be applied: so much of those that come next and so much of the newest ones stay in
    /// memory. What is in between is read back from the log.
    package var decidedBytes: Int
    /// The base's cache takes so much: what finds its blocks, and some of the blocks.
    package var cacheBytes: Int

    /// How memory is shared out above a base with newest states of so many keys, in so many bytes. For each key
    /// that memory does not have a filter and an index are looked at: where they outgrow half the cache, the tables give
    /// way, down to a half. Else a read of the disk becomes three.
    func sharing(withKeys keyCount: Int, ofBytes byteCount: Int) -> MemoryPlan {
        let filterBytes = keyCount * Limits.filterBitsPerKey / 8
        let indexBytes = min(
            byteCount / Limits.stateBytesPerIndexByte, keyCount * Limits.indexBytesPerKeyMax)
        let lacking = filterBytes + indexBytes - cacheBytes / 2
        let moved = min(max(0, lacking), 2 * cacheBytes, tableBytes / 2)
        var plan = self
        plan.cacheBytes += moved
        plan.tableBytes -= moved
        return plan
    }

    /// What keys with their newest values leave free of the tables' share goes to the generation, which grows
    /// by half at most: fewer flushes write the newest state of a key that changes often fewer times.
    func generation(besideKeys keyBytes: Int) -> GenerationBounds {
        let free = tableBytes + generationBytes / 2 - keyBytes
        return GenerationBounds(
            dueBytes: min(generationBytes * 3 / 2, max(generationBytes, free)),
            reserveBytes: generationBytes)
    }

    /// Without a flag.
    package static let standard = MemoryPlan(
        generationBytes: 64 << 20, tableBytes: 128 << 20, replayBytes: 256 << 20,
        decidedBytes: 16 << 20, cacheBytes: 32 << 20)

    package init(
        generationBytes: Int, tableBytes: Int, replayBytes: Int, decidedBytes: Int = 16 << 20,
        cacheBytes: Int = 0
    ) {
        self.generationBytes = generationBytes
        self.tableBytes = tableBytes
        self.replayBytes = replayBytes
        self.decidedBytes = decidedBytes
        self.cacheBytes = cacheBytes
    }
}
