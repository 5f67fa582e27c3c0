internal import Basics
package import MVCC

/// What of the history a hub needs next.
package struct CatchUpPlan {
    /// The first revision.
    package let start: Int64
    /// The last revision that there is.
    package let end: Int64
    /// The keys that anybody asks for lie in here.
    package let interval: KeyInterval

    /// Whether all keys of `other` are asked for.
    func covers(_ other: KeyInterval) -> Bool {
        guard KeyOrder.compare(interval.lower, other.lower) <= 0 else { return false }
        guard let upper = interval.upper else { return true }
        guard let end = other.upper else { return false }
        return KeyOrder.compare(end, upper) <= 0
    }
}

/// Leading watches through history.
extension WatchHub {
    /// What is needed next: from where the hindmost watch is that can take more and that this sweep has not passed; when
    /// there is none, the next sweep begins. So many who are slow at the beginning of history keep back nobody who is
    /// further on, nor do those who come to its end again and again keep back who is at its beginning. Watches that compaction has overtaken are told so.
    package func catchUpNeeded(_ keyspace: Keyspace) -> CatchUpPlan? {
        if lagging.isEmpty { return nil }
        cancelCompacted(keyspace.compactedRevision)
        var (start, hindmost) = (Int64.max, Int64.max)
        var lower: [UInt8]?
        var upper: [UInt8]? = []
        for watcher in lagging where watcher.pending.isEmpty && hasRoom(watcher.stream) {
            hindmost = min(hindmost, watcher.next)
            if watcher.next >= sweep.next, watcher.next <= sweep.end {
                start = min(start, watcher.next)
            }
            let interval = watcher.interval
            if lower.map({ KeyOrder.compare(interval.lower, $0) < 0 }) ?? true {
                lower = interval.lower
            }
            guard let end = interval.upper, let known = upper else {
                upper = nil
                continue
            }
            if KeyOrder.compare(end, known) > 0 { upper = end }
        }
        guard let lower else { return nil }
        if start == .max {
            start = hindmost
            sweep = (hindmost, revision)
        }
        let hull: KeyInterval =
            upper.map { .bounded(lower: lower, upper: $0) } ?? .unbounded(lower: lower)
        return CatchUpPlan(start: start, end: revision, interval: hull)
    }

    /// Gives a batch of history, which answers a plan, to all watches that it concerns. Those whose next revision has
    /// been compacted meanwhile are told so first (P32).
    package func give(_ batch: ChangeBatch, of plan: CatchUpPlan, _ keyspace: Keyspace) {
        let compacted = keyspace.compactedRevision
        cancelCompacted(compacted)
        var feed = HistoryFeed(batch, compactedRevision: compacted, injectedBug: injectedBug)
        // Backwards, because a watch that returns gives its place to the last one.
        for index in lagging.indices.reversed() {
            let watcher = lagging[index]
            guard watcher.pending.isEmpty, watcher.next >= plan.start, watcher.next < batch.next,
                plan.covers(watcher.interval)
            else { continue }
            guard hasRoom(watcher.stream) else {
                // Its turn comes again from the same revision.
                marks.hit(.lackedRoom)
                continue
            }
            if let block = feed.block(for: watcher) { give(block, to: watcher) }
            if watcher.next == compacted { marks.hit(.gaveCompactedRevision) }
            watcher.next = batch.next
            let isThere = watcher.next > revision
            guard isThere || injectedBug == .gapAtReturnToLive else { continue }
            marks.hit(.returnedToLive)
            leaveLagging(watcher)
            watcher.next = revision + 1
            join(watcher)
        }
        sweep.next = batch.next
        if feed.hasHiddenPrevious { marks.hit(.previousCompacted) }
        if !progressWanted.isEmpty { answerProgress() }
    }

    private func cancelCompacted(_ compacted: Int64) {
        for index in lagging.indices.reversed() {
            let watcher = lagging[index]
            guard watcher.next < compacted else { continue }
            if injectedBug == .compactedRevisionsSkipped {
                watcher.next = compacted
                continue
            }
            marks.hit(.compacted)
            watcher.stream.endCompacted(watcher, at: compacted)
        }
    }

    /// Another state has taken the place of the old one, further on: what lies between is history, or compacted (P34).
    package func stateReplaced(_ keyspace: Keyspace) {
        if liveCount > 0, injectedBug != .watchResumesBehindInstall {
            marks.hit(.stateReplaced)
            for stream in streams {
                for id in stream.watchers.keys.sorted() {
                    guard let watcher = stream.watchers[id], watcher.place == .live else {
                        continue
                    }
                    leaveLive(watcher)
                    watcher.next = max(watcher.next, revision + 1)
                    lag(watcher)
                }
            }
        }
        revision = keyspace.revision
        for index in lagging.indices.reversed() where lagging[index].next > revision {
            let watcher = lagging[index]
            leaveLagging(watcher)
            join(watcher)
        }
        if !progressWanted.isEmpty { answerProgress() }
    }
}
