/// Says when to compact, and up to where, with etcd's times: with a period, once in each (at least once an hour), up to
/// what was the revision a period ago, which is looked at ten times in it; by revisions, every five minutes.
///
/// It knows no clock. All members look, so that a new leader knows the past; the leader alone compacts.
package struct AutoCompactor {
    private let plan: AutoCompaction
    /// The newest revision at each look, the oldest first: at most as many as a period has.
    private var revisions: [Int64] = []
    private var nextLookMilliseconds: UInt64?
    /// The end of the last compaction, or the beginning.
    private var sinceMilliseconds: UInt64 = 0
    /// The first period is over: from here on it may be compacted as often as `compactMilliseconds` says.
    private var hasKeptAPeriod = false
    /// A compaction is on its way.
    private var isUnderWay = false

    package init(_ plan: AutoCompaction) { self.plan = plan }

    /// How often it looks.
    private var lookMilliseconds: UInt64 {
        switch plan {
        case .off: .max
        case .revision: Limits.compactionLookMilliseconds
        case .periodic: max(1, compactMilliseconds / Limits.looksPerCompaction)
        }
    }

    private var periodMilliseconds: UInt64 {
        if case .periodic(let milliseconds) = plan { milliseconds } else { 0 }
    }

    private var compactMilliseconds: UInt64 {
        min(periodMilliseconds, Limits.compactionMillisecondsMax)
    }

    /// To be called now and then. Gives a revision that is to be compacted now; then `ended` must be called.
    package mutating func tick(
        nowMilliseconds now: UInt64, revision: Int64, leads: Bool
    ) -> Int64? {
        if plan == .off { return nil }
        guard let nextLook = nextLookMilliseconds else {
            sinceMilliseconds = now
            look(now, revision)
            return nil
        }
        guard now >= nextLook else { return nil }
        let candidate = candidate(now, revision)
        look(now, revision)
        guard leads, !isUnderWay, let candidate, candidate > 0 else { return nil }
        isUnderWay = true
        return candidate
    }

    /// A compaction has ended; one that was not done is tried again at the next look.
    package mutating func ended(nowMilliseconds: UInt64, isDone: Bool) {
        isUnderWay = false
        guard isDone else { return }
        hasKeptAPeriod = true
        sinceMilliseconds = nowMilliseconds
    }

    private mutating func look(_ now: UInt64, _ revision: Int64) {
        nextLookMilliseconds = now + lookMilliseconds
        guard case .periodic = plan else { return }
        revisions.append(revision)
        let kept = Int(periodMilliseconds / lookMilliseconds) + 1
        if revisions.count > kept { revisions.removeFirst(revisions.count - kept) }
    }

    /// What may be compacted at this look, whoever leads.
    private func candidate(_ now: UInt64, _ revision: Int64) -> Int64? {
        switch plan {
        case .off: return nil
        case .revision(let count): return revision - count
        case .periodic:
            let pause = hasKeptAPeriod ? compactMilliseconds : periodMilliseconds
            return now - sinceMilliseconds >= pause ? revisions.first : nil
        }
    }
}
