package import EtcdMessages
package import MVCC

/// A range in pieces: the revision is pinned at the start, each step looks at a bounded number of
/// keys, and writes may happen between steps.
package struct RangeCursor {
    private let query: RangeQuery
    /// The revision that is read.
    package let readRevision: Int64
    /// The store's revision at the start, which the answer's header tells.
    private let headerRevision: Int64
    /// What is still to be looked at; nil at the end.
    private var rest: KeyInterval?
    private var pairs: [KeyValue] = []
    /// Bytes of their keys and values.
    package private(set) var keptBytes = 0
    /// Of more than these no answer is made.
    private let bytesMax: Int
    private var hasMore = false
    private var count = 0
    /// Pairs that were looked at.
    private var lookedAtCount = 0
    /// Whether `count` was known at the start, so that the scan may end early.
    private let isCountKnown: Bool

    /// - Parameter bytesMax: of keys and values; a range that has more is given up.
    /// - Throws: what is wrong with the request or its revision.
    package init(
        _ request: RangeRequest, in keyspace: Keyspace, bytesMax: Int = .max
    ) throws(KVError) {
        let query = try RangeQuery(request)
        let readRevision = try keyspace.revisionToRead(request.revision)
        self.init(
            query, in: keyspace, at: readRevision, header: keyspace.revision, bytesMax: bytesMax)
    }

    /// A cursor at `readRevision`, which must be readable.
    init(
        _ query: RangeQuery, in keyspace: Keyspace, at readRevision: Int64, header: Int64,
        bytesMax: Int
    ) {
        self.query = query
        self.bytesMax = bytesMax
        self.readRevision = readRevision
        headerRevision = header
        isCountKnown = keyspace.isCountFast(of: query.interval, at: readRevision)
        if isCountKnown { count = keyspace.count(in: query.interval, at: readRevision) }
        rest = isCountKnown && query.request.countOnly ? nil : query.interval
    }

    /// Whether everything was looked at.
    package var isComplete: Bool { rest == nil }

    /// Looks at up to `keysMax` more keys.
    ///
    /// - Throws: `compacted` if compaction has overtaken the pinned revision; `responseTooLarge`.
    package mutating func step(
        _ keyspace: Keyspace, keysMax: Int = Limits.rangePieceKeys
    ) throws(KVError) {
        guard let interval = rest else { return }
        if readRevision < keyspace.compactedRevision { throw .compacted }
        advance(interval, keyspace, keysMax)
        try checkSize()
    }

    /// What the next step needs to know of the base; nil if memory knows it all, or at the end.
    package func pieceNeeded(_ keyspace: Keyspace) -> PieceNeeded? {
        guard let interval = rest else { return nil }
        return PieceNeeded(interval, keyspace, at: readRevision, descending: isDescending)
    }

    /// Looks on as far as this step may.
    ///
    /// - Throws: `compacted` if compaction has overtaken the pinned revision; `responseTooLarge`.
    mutating func step(
        _ keyspace: Keyspace, _ turn: inout ApplyStep
    ) throws(KVError) -> StepEnd {
        while !isComplete {
            if turn.budget.isSpent { return .outOfBudget }
            let before = lookedAtCount
            if let needed = pieceNeeded(keyspace) {
                guard let piece = turn.take(needed, keyspace) else { return .needs(.piece(needed)) }
                try step(keyspace, with: piece)
            } else {
                try step(keyspace, keysMax: turn.keysMax(with: nil))
            }
            turn.budget.charge(keys: max(1, lookedAtCount - before))
        }
        return .ended
    }

    /// Looks at up to `keysMax` more keys, by memory and by what the base has of them, as `pieceNeeded` said.
    ///
    /// - Throws: `compacted` if compaction has overtaken the pinned revision: the base may have forgotten what it
    ///   takes to give its states (P32). `responseTooLarge`.
    package mutating func step(
        _ keyspace: Keyspace, with piece: KeyPiece, keysMax: Int = Limits.rangePieceKeys
    ) throws(KVError) {
        guard let interval = rest else { return }
        if readRevision < keyspace.compactedRevision { throw .compacted }
        var isWanted = true
        let progress = keyspace.merge(
            piece, of: interval, at: readRevision, descending: isDescending, keysMax: keysMax
        ) { key, state in
            isWanted = look(at: key, state)
            return isWanted
        }
        rest = isWanted ? progress.rest : nil
        try checkSize()
    }

    private func checkSize() throws(KVError) {
        if keptBytes > bytesMax { throw .responseTooLarge }
    }

    /// The answer, once complete. The door fills in the rest of the header.
    package consuming func response() -> RangeResponse {
        precondition(isComplete, "an answer before the range was read")
        var response = RangeResponse()
        response.header = ResponseHeader(revision: headerRevision)
        response.count = Int64(count)
        if query.request.countOnly { return response }
        sortAndCut()
        if query.request.keysOnly { for index in pairs.indices { pairs[index].value = [] } }
        response.kvs = pairs
        response.more = hasMore
        return response
    }

    private mutating func sortAndCut() {
        pairs = query.sorted(pairs)
        guard pairs.count > query.limit else { return }
        pairs.removeSubrange(query.limit...)
        hasMore = true
        keptBytes = pairs.reduce(0) { $0 + $1.key.count + $1.value.count }
    }

    private mutating func advance(_ interval: KeyInterval, _ keyspace: Keyspace, _ keysMax: Int) {
        let progress = keyspace.scan(
            interval, at: readRevision, descending: isDescending, keysMax: keysMax
        ) { look(at: $0, $1) }
        rest = progress.rest
    }

    private var isDescending: Bool { query.isDescending && !query.isSortedAtEnd }

    /// Counts a pair and keeps it if it was asked for; false if no other needs to be looked at.
    private mutating func look(at key: [UInt8], _ state: KeyState) -> Bool {
        lookedAtCount += 1
        if !isCountKnown { count += 1 }
        return take(key, state) || !isCountKnown
    }

    /// Keeps a pair that was asked for; false if no other will be kept.
    private mutating func take(_ key: [UInt8], _ state: KeyState) -> Bool {
        if query.request.countOnly || !query.request.selects(state) { return true }
        if pairs.count >= query.limit, !query.isSortedAtEnd {
            hasMore = true
            return false
        }
        var pair = KeyValue(key, state)
        if query.needsNoValues { pair.value = [] }
        keptBytes += key.count + pair.value.count
        pairs.append(pair)
        // What is sorted at the end and cut then is cut now and then, lest all of it is kept until then.
        if pairs.count / 2 > query.limit { sortAndCut() }
        return true
    }
}

/// A part of an interval that is on disk only.
package struct PieceNeeded: Equatable {
    package let interval: KeyInterval
    /// By which revision the base is asked; nil: for its newest states.
    package let revision: Int64?
    package let descending: Bool

    init(interval: KeyInterval, revision: Int64?, descending: Bool) {
        self.interval = interval
        self.revision = revision
        self.descending = descending
    }

    /// What of `interval` at main revision `wanted` is on disk only; nil if memory knows all of it.
    init?(
        _ interval: KeyInterval, _ keyspace: Keyspace, at wanted: Int64, descending: Bool = false
    ) {
        if keyspace.isAllKnown(at: wanted) { return nil }
        if case .single(let key) = interval, keyspace.isKnown(key, at: wanted) { return nil }
        self.init(
            interval: interval, revision: keyspace.revisionInBase(wanted), descending: descending)
    }
}
