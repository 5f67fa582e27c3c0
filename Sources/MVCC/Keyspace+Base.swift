/// Reading through to the base.
extension Keyspace {
    /// Whether the state of `key` at main revision `wanted` is in memory, so that reading it waits for no disk.
    package func isKnown(_ key: [UInt8], at wanted: Int64) -> Bool {
        if base == nil { return true }
        guard let record = tree.find(key) else { return isComplete && wanted >= flushedRevision }
        return history.state(of: record, at: wanted, flushed: flushedRevision) != nil
    }

    /// The newest state of `key`, if no disk has to be read for it.
    @inline(__always)
    package func newestState(of key: [UInt8]) -> NewestState {
        guard let record = tree.find(key) else { return isComplete ? .absent : .cold }
        if !record.isUsed { record.isUsed = true }
        if isWriting { return visibleState(of: record) }
        return record.state.exists ? .present(record.state) : .absent
    }

    /// The newest state that is not the open transaction's.
    private func visibleState(of record: KeyRecord) -> NewestState {
        let state = history.state(of: record, at: revision, flushed: flushedRevision)
        guard let state else { return .cold }
        return state.exists ? .present(state) : .absent
    }

    /// Whether all of main revision `wanted` is in memory.
    package func isAllKnown(at wanted: Int64) -> Bool {
        base == nil || isComplete && wanted >= flushedRevision
    }

    /// The revision by which the base is asked for main revision `wanted`: nil for its newest states, where whatever
    /// is newer lies above the base.
    package func revisionInBase(_ wanted: Int64) -> Int64? {
        wanted >= flushedRevision ? nil : wanted
    }

    /// Takes in newest states that were read from the base at `generation`, if nothing has changed there since.
    ///
    /// - Parameter pins: they must not give way before `unpinAll`.
    package func takeIn(
        _ keys: [[UInt8]], _ states: [KeyState?], generation: UInt64, pins: Bool = false
    ) {
        guard generation == baseGeneration, !isComplete else { return }
        for (key, state) in zip(keys, states) {
            insertClean(key, state ?? .absent)
            if pins { _ = pin(key) }
        }
    }

    /// What the base has for `key` at `wanted`, which memory does not know. Blocking.
    package func stateInBase(_ key: [UInt8], at wanted: Int64) -> KeyState? {
        guard let base else {
            preconditionFailure("a change above a readable revision was dropped")
        }
        blockingReadCount += 1
        do throws(KeyBaseError) {
            return try base.state(of: key, at: revisionInBase(wanted))
        } catch {
            baseFailure = baseFailure ?? error
            return nil
        }
    }

    /// A piece of `interval` from the base; an empty one if it cannot be read. Blocking.
    package func pieceInBase(
        _ interval: KeyInterval, at wanted: Int64, descending: Bool, keysMax: Int
    ) -> KeyPiece {
        guard let base else { preconditionFailure("an incomplete tree without a base") }
        blockingReadCount += 1
        do throws(KeyBaseError) {
            return try base.piece(
                of: interval, at: revisionInBase(wanted), descending: descending,
                keysMax: min(keysMax, Limits.basePieceKeys))
        } catch {
            baseFailure = baseFailure ?? error
            return KeyPiece(pairs: [], rest: nil)
        }
    }

    /// The record of a key that is about to be put, with its newest state.
    @inline(__always)
    func recordToWrite(_ key: [UInt8]) -> KeyRecord {
        let (record, isNew) = tree.makeLive(key)
        if isNew, !isComplete { fill(record) }
        return record
    }

    private func fill(_ record: KeyRecord) {
        record.state = stateInBase(record.key, at: .max) ?? .absent
        recordValueBytes += record.state.value.count
    }

    /// Sees to it that every key of `interval` that exists is in the tree.
    func load(_ interval: KeyInterval) {
        if isComplete { return }
        if case .single(let key) = interval {
            if tree.find(key) == nil { insertClean(key, stateInBase(key, at: .max) ?? .absent) }
            return
        }
        var rest: KeyInterval? = interval
        while let interval = rest {
            let piece = pieceInBase(interval, at: .max, descending: false, keysMax: .max)
            for pair in piece.pairs { insertClean(pair.key, pair.state) }
            rest = piece.rest
        }
    }

    /// Puts a state that the base has into the tree, unless there is a newer one.
    func insertClean(_ key: [UInt8], _ state: KeyState) {
        guard tree.find(key) == nil else { return }
        let record = tree.makeLive(key).record
        record.state = state
        recordValueBytes += state.value.count
        if !state.exists { tree.makeDead(record) }
    }

    /// Calls `body` with the keys of `interval` at `wanted`, by the tree and by `piece`, which is what the base
    /// has of `interval`; as `scan` does.
    package func merge(
        _ piece: KeyPiece, of interval: KeyInterval, at wanted: Int64, descending: Bool,
        keysMax: Int, _ body: ([UInt8], KeyState) -> Bool
    ) -> ScanProgress {
        var merging = Merging(pairs: piece.pairs, descending: descending)
        var left = keysMax
        var rest: KeyInterval?
        var isGoingOn = true
        let seen = interval.part(before: piece.rest, descending: descending)
        tree.visit(seen, descending: descending) { record in
            isGoingOn = merging.give(before: record.key, body)
            guard isGoingOn else { return false }
            let flushed = merging.take(record.key)
            let known = history.state(of: record, at: wanted, flushed: flushedRevision)
            let state = known ?? flushed ?? .absent
            isGoingOn = !state.exists || body(record.key, state)
            left -= 1
            guard isGoingOn, left <= 0 else { return isGoingOn }
            rest = interval.remainder(after: record.key, descending: descending)
            isGoingOn = false
            return false
        }
        if isGoingOn, merging.giveAll(body) { rest = piece.rest }
        return ScanProgress(rest: rest)
    }
}

/// The pairs of a piece, on their way to be merged with the tree's records.
private struct Merging {
    let pairs: [KeyPair]
    let descending: Bool
    private var place = 0

    init(pairs: [KeyPair], descending: Bool) {
        self.pairs = pairs
        self.descending = descending
    }

    /// Gives the pairs before `key`; false if `body` wants no more.
    mutating func give(before key: [UInt8], _ body: ([UInt8], KeyState) -> Bool) -> Bool {
        while place < pairs.count {
            let order = KeyOrder.compare(pairs[place].key, key)
            guard descending ? order > 0 : order < 0 else { return true }
            place += 1
            if !body(pairs[place - 1].key, pairs[place - 1].state) { return false }
        }
        return true
    }

    /// The state of `key`, if it is next.
    mutating func take(_ key: [UInt8]) -> KeyState? {
        guard place < pairs.count, pairs[place].key == key else { return nil }
        place += 1
        return pairs[place - 1].state
    }

    mutating func giveAll(_ body: ([UInt8], KeyState) -> Bool) -> Bool {
        while place < pairs.count {
            place += 1
            if !body(pairs[place - 1].key, pairs[place - 1].state) { return false }
        }
        return true
    }
}

/// What memory knows of a key's newest state.
package enum NewestState {
    case present(KeyState)
    case absent
    /// Only the base can say.
    case cold
}
