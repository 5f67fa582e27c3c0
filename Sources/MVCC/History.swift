/// All changes since the last compaction, in order: the change log for watchers and the undo log
/// for reads at an old revision.
///
/// Entries have numbers that never change; compaction drops the lowest ones. The changes of one key
/// form a chain backwards. Besides its predecessor each entry knows one older entry chosen by
/// Myers' rule (An applicative random-access stack, 1983), so that the change next above a revision
/// is found in logarithmic time, however often one key is written. A link to a dropped entry ends
/// the chain.
struct History {
    /// The number of no entry.
    static let none = -1

    private var chunks: [ContiguousArray<HistoryEntry>] = []
    /// The number of the first entry in `chunks[0]`.
    private var chunksStart = 0
    /// The lowest entry that is not dropped.
    private(set) var first = 0
    /// One above the newest entry.
    private(set) var end = 0

    /// What all entries ever counted: the changed key and its value before.
    private(set) var bytesEver: Int
    /// The values before of the entries that are there.
    private(set) var heldValueBytes = 0

    /// No entry, and `bytesEver` counted by those that were.
    init(bytesEver: Int = 0) { self.bytesEver = bytesEver }

    var count: Int { end - first }

    /// What all entries below `index` ever counted.
    func bytes(before index: Int) -> Int { index < end ? self[index].bytesBefore : bytesEver }

    /// Whether `index` is the number of an entry that is still there.
    @inline(__always)
    func holds(_ index: Int) -> Bool { index >= first }

    subscript(index: Int) -> HistoryEntry {
        _read {
            precondition(index >= first && index < end, "no such entry")
            let offset = index &- chunksStart
            yield chunks[offset / Limits.historyChunkEntries][offset % Limits.historyChunkEntries]
        }
        _modify {
            precondition(index >= first && index < end, "no such entry")
            let offset = index &- chunksStart
            yield &chunks[offset / Limits.historyChunkEntries][
                offset % Limits.historyChunkEntries]
        }
    }

    /// Notes that `record` changed from `previous`, and makes this the newest entry of its chain.
    mutating func append(
        _ record: KeyRecord, previous: KeyState, at revision: Revision, isDelete: Bool
    ) {
        let older = record.newestEntry
        var entry = HistoryEntry(
            record: record, previous: previous, main: revision.main, bytesBefore: bytesEver,
            previousEntry: older, jumpEntry: History.none,
            sub: UInt32(revision.sub), depth: 0,
            isDelete: isDelete)
        if holds(older) { link(&entry, to: older) }
        if chunks.isEmpty || chunks[chunks.count - 1].count == Limits.historyChunkEntries {
            var chunk = ContiguousArray<HistoryEntry>()
            chunk.reserveCapacity(Limits.historyChunkEntries)
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(entry)
        record.newestEntry = end
        bytesEver += record.key.count + previous.value.count
        heldValueBytes += previous.value.count
        end += 1
    }

    private func link(_ entry: inout HistoryEntry, to older: Int) {
        entry.depth = self[older].depth &+ 1
        let jump = self[older].jumpEntry
        entry.jumpEntry = older
        guard holds(jump) else { return }
        let far = self[jump].jumpEntry
        guard holds(far) else { return }
        let near = self[older].depth &- self[jump].depth
        if near == self[jump].depth &- self[far].depth { entry.jumpEntry = far }
    }

    /// The state of `record` at main revision `revision`, which must not be compacted; nil if only the base knows
    /// it, which holds all changes up to `flushed`.
    func state(of record: KeyRecord, at revision: Int64, flushed: Int64) -> KeyState? {
        let newest = record.state
        if newest.modRevision <= revision {
            // Of a key that the base does not have it is not known since when.
            return newest.exists || newest.modRevision > 0 || revision >= flushed ? newest : nil
        }
        guard holds(record.newestEntry) else { return nil }
        return stateBefore(record.newestEntry, at: revision, flushed: flushed)
    }

    /// The same from the chain that begins at entry `newest`, which is above `revision`.
    private func stateBefore(_ newest: Int, at revision: Int64, flushed: Int64) -> KeyState? {
        var index = newest
        while true {
            let jump = self[index].jumpEntry
            let older = self[index].previousEntry
            if holds(jump), self[jump].main > revision {
                index = jump
            } else if holds(older), self[older].main > revision {
                index = older
            } else {
                let previous = self[index].previous
                let isKnown =
                    holds(older) || revision >= flushed
                    || (previous.modRevision > 0 && previous.modRevision <= revision)
                return isKnown ? previous : nil
            }
        }
    }

    /// The lowest entry at or above main revision `revision`; `end` if there is none.
    func firstEntry(from revision: Int64) -> Int {
        var low = first
        var high = end
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].main < revision { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Drops the lowest entry, and the memory of a chunk once all of it is dropped.
    mutating func dropFirst() {
        heldValueBytes -= self[first].previous.value.count
        self[first] = .dropped
        first += 1
        if first - chunksStart == Limits.historyChunkEntries {
            chunks.removeFirst()
            chunksStart = first
        }
    }
}
