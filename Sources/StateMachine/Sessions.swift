internal import Basics
internal import MVCC

/// The replicated table that makes the retries of clients execute once: for each registered session
/// the results of its newest sequences. It is bounded in sessions, in sequences per session and in
/// bytes, and what falls out of it is answered with an error, never executed again.
///
/// Time is the log's: equal slots give equal tables.
struct Sessions {
    /// What the table says of a command before it runs.
    enum Finding {
        /// It has not run: run it, and `keep` its result at this place.
        case new(place: Int)
        /// It has run; this was its result.
        case done(SessionResult)
        /// Whether it has run is not known here any more, or was never known: it must not run.
        case refused(KVError)
    }

    /// A result that is kept in full, for as long as there is room for all of them.
    struct KeptDetail {
        let session: UInt64
        let sequence: UInt64
        let byteCount: Int
    }

    private(set) var rows: [SessionRow] = []
    /// Where the row of a session is. Asked by its key only and never walked: its order is another
    /// one in every process.
    private var places: [UInt64: Int] = [:]
    private var freePlaces: [Int] = []
    private(set) var useOrder = UseOrder()
    var lastID: UInt64 = 0
    /// In the order in which they were kept. Those that were forgotten since are still counted.
    private(set) var details = RingBuffer<KeptDetail>()
    private var detailBytes = 0

    /// Commands that were answered with the result of an earlier try.
    private(set) var retryCount: UInt64 = 0

    /// Registered sessions.
    var count: Int { places.count }

    func has(_ id: UInt64) -> Bool { places[id] != nil }

    /// Makes a session. Its id is never given again: it holds the slot of its registration, and ids
    /// rise within a slot.
    mutating func register(slot: UInt64, nowMilliseconds: UInt64) -> UInt64 {
        // Ids are positive numbers in JSON, too. No message, snapshot or backup with such a slot is taken.
        precondition(slot < 1 << (63 - Limits.sessionSlotShift), "a slot that ids have no room for")
        expire(nowMilliseconds)
        if count == Limits.sessionsMax, let oldest = useOrder.oldest { remove(oldest) }
        lastID = max(lastID + 1, slot << Limits.sessionSlotShift)
        append(SessionRow(id: lastID, lastUsedMilliseconds: nowMilliseconds))
        return lastID
    }

    /// Adds a session as the one that was used last.
    mutating func append(_ row: SessionRow) {
        let place = freePlaces.popLast() ?? rows.count
        if place == rows.count { rows.append(row) } else { rows[place] = row }
        places[row.id] = place
        useOrder.append(place)
    }

    /// Notes that a result is kept in full, after all others that are.
    mutating func append(_ detail: KeptDetail) {
        details.append(detail)
        detailBytes += detail.byteCount
    }

    /// Whether a command may run. Counts as a use of its session.
    mutating func find(
        _ session: ClientSession, kind: CommandKind, requestChecksum: UInt32,
        nowMilliseconds: UInt64
    ) -> Finding {
        expire(nowMilliseconds)
        guard let place = places[session.id] else { return .refused(.sessionExpired) }
        rows[place].lastUsedMilliseconds = nowMilliseconds
        useOrder.moveToEnd(place)
        guard rows[place].isRemembered(session.sequence) else {
            return .refused(.sequenceForgotten)
        }
        guard let result = rows[place].result(of: session.sequence) else {
            return .new(place: place)
        }
        guard result.kind == kind, result.requestChecksum == requestChecksum else {
            return .refused(.sequenceReused)
        }
        retryCount += 1
        return .done(result)
    }

    /// Keeps the result of a command that `find` called new.
    mutating func keep(_ result: SessionResult, place: Int) {
        rows[place].keep(result)
        guard !result.detail.isEmpty else { return }
        let byteCount = result.detail.count + Limits.sessionDetailOverheadBytes
        append(
            KeptDetail(
                session: rows[place].id, sequence: result.sequence, byteCount: byteCount))
        while detailBytes > Limits.sessionDetailBytesInAllMax { dropOldestDetail() }
    }

    /// Of the result that was kept in full for the longest, only the summary stays.
    private mutating func dropOldestDetail() {
        guard let oldest = details.popFirst() else { return }
        detailBytes -= oldest.byteCount
        if let place = places[oldest.session] { rows[place].dropDetail(of: oldest.sequence) }
    }

    /// Ends the sessions that nobody has used for too long.
    private mutating func expire(_ nowMilliseconds: UInt64) {
        while let oldest = useOrder.oldest,
            rows[oldest].lastUsedMilliseconds + Limits.sessionIdleMillisecondsMax < nowMilliseconds
        {
            remove(oldest)
        }
    }

    private mutating func remove(_ place: Int) {
        places[rows[place].id] = nil
        useOrder.remove(place)
        // Its results go now, not when the place is used again.
        rows[place] = SessionRow(id: 0, lastUsedMilliseconds: 0)
        freePlaces.append(place)
    }

    /// Adds the whole table, oldest use first.
    func add(to digest: inout StateDigest) {
        digest.add(lastID)
        digest.add(UInt64(count))
        var place = useOrder.oldest
        while let current = place {
            rows[current].add(to: &digest)
            place = useOrder.next(after: current)
        }
        digest.add(UInt64(details.count))
        digest.add(UInt64(detailBytes))
    }
}
