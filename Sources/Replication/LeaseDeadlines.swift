internal import StateMachine

/// When which lease ends, as a leader reckons. It has no clock: it is told the time. Nothing of it is replicated: a
/// leader gives all leases their full time when its leadership begins (P27).
///
/// A renewal moves a deadline in constant time: the heap is only asked which lease may end next, and corrected
/// when one turns out to have been renewed.
struct LeaseDeadlines {
    /// A lease whose time is over.
    struct Ended: Equatable {
        let place: Int
        let id: Int64
        let grantSlot: UInt64
    }

    private struct Entry {
        var atMilliseconds: UInt64
        let place: Int
        /// Whoever has the place now may be another lease.
        let grantSlot: UInt64
    }

    /// By the places of the table; `never` of a lease that is about to be revoked, and of an empty place.
    private var deadlines: [UInt64] = []
    /// The entry that may be due first is first; one for each lease, and some of leases that are gone.
    private var heap: [Entry] = []

    private static let never = UInt64.max

    /// Gives all leases their full time from now on.
    mutating func begin(_ leases: Leases, nowMilliseconds: UInt64) {
        deadlines = leases.rows.map { row in
            row.id == 0 ? Self.never : nowMilliseconds + Self.milliseconds(row)
        }
        rebuildHeap(leases)
    }

    /// A lease was granted at this place.
    mutating func grant(_ place: Int, _ leases: Leases, nowMilliseconds: UInt64) {
        while deadlines.count < leases.rows.count { deadlines.append(Self.never) }
        let row = leases.rows[place]
        guard row.id != 0 else { return }
        deadlines[place] = nowMilliseconds + Self.milliseconds(row)
        push(
            Entry(atMilliseconds: deadlines[place], place: place, grantSlot: row.grantSlot))
        if heap.count > 2 * leases.count + Limits.leaseEntriesSpare { rebuildHeap(leases) }
    }

    /// Gives a lease its full time from now on. Nil if it is about to be revoked.
    mutating func renew(_ place: Int, _ row: LeaseRow, nowMilliseconds: UInt64) -> Bool {
        guard deadlines[place] != Self.never else { return false }
        deadlines[place] = nowMilliseconds + Self.milliseconds(row)
        return true
    }

    /// Whole seconds until a lease ends; 0 for one that is about to be revoked.
    func remainingSeconds(_ place: Int, nowMilliseconds: UInt64) -> Int64 {
        let deadline = deadlines[place]
        guard deadline != Self.never, deadline > nowMilliseconds else { return 0 }
        return Int64((deadline - nowMilliseconds) / 1000)
    }

    /// Leases whose time is over, which are taken for about to be revoked from now on: so many, and as long as they
    /// have not more keys than so many in all.
    mutating func takeEnded(
        _ leases: Leases, nowMilliseconds: UInt64, leasesMax: Int, keysMax: Int
    ) -> [Ended] {
        var ended: [Ended] = []
        var keyCount = 0
        while ended.count < leasesMax, keyCount < keysMax, let first = heap.first,
            first.atMilliseconds <= nowMilliseconds
        {
            guard let row = row(of: first, leases), deadlines[first.place] != Self.never else {
                popFirst()
                continue
            }
            let deadline = deadlines[first.place]
            if deadline > nowMilliseconds {
                heap[0].atMilliseconds = deadline
                siftDown(from: 0)
                continue
            }
            popFirst()
            deadlines[first.place] = Self.never
            keyCount += row.keyCount
            ended.append(Ended(place: first.place, id: row.id, grantSlot: row.grantSlot))
        }
        return ended
    }

    /// Leases that were about to be revoked and are still there end later.
    mutating func postpone(_ ended: [Ended], _ leases: Leases, untilMilliseconds: UInt64) {
        for ended in ended {
            let entry = Entry(
                atMilliseconds: untilMilliseconds, place: ended.place, grantSlot: ended.grantSlot)
            guard row(of: entry, leases) != nil else { continue }
            deadlines[ended.place] = untilMilliseconds
            push(entry)
        }
    }

    /// The lease that an entry is about; nil if it is gone.
    private func row(of entry: Entry, _ leases: Leases) -> LeaseRow? {
        guard entry.place < leases.rows.count else { return nil }
        let row = leases.rows[entry.place]
        return row.id != 0 && row.grantSlot == entry.grantSlot ? row : nil
    }

    private static func milliseconds(_ row: LeaseRow) -> UInt64 { UInt64(row.ttlSeconds) * 1000 }

    // MARK: The heap

    private mutating func rebuildHeap(_ leases: Leases) {
        heap.removeAll(keepingCapacity: true)
        for (place, row) in leases.rows.enumerated() where deadlines[place] != Self.never {
            heap.append(
                Entry(
                    atMilliseconds: deadlines[place], place: place, grantSlot: row.grantSlot))
        }
        for parent in stride(from: heap.count / 2 - 1, through: 0, by: -1) {
            siftDown(from: parent)
        }
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].atMilliseconds < heap[parent].atMilliseconds else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func popFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(from: 0)
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].atMilliseconds < heap[least].atMilliseconds { least = child }
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
