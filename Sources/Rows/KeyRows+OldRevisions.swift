internal import MVCC

/// Old revisions: a key's state then is that before its first change since.
extension KeyRows {
    private typealias Changed = (key: [UInt8], revision: Revision)

    func stateAtOldRevision(
        of key: [UInt8], at revision: Int64, newest: KeyState?
    ) throws(RowError) -> KeyState? {
        guard let state = try previous(of: key, above: revision) else { return newest }
        return state.exists ? state : nil
    }

    /// The state before the first change of `key` above `revision`; nil if there is no such change.
    func previous(of key: [UInt8], above revision: Int64) throws(RowError) -> KeyState? {
        guard let place = try firstChange(of: key, above: revision) else { return nil }
        return try state(before: place)
    }

    private func firstChange(
        of key: [UInt8], above revision: Int64
    ) throws(RowError) -> Revision? {
        var place: Revision?
        var failure: RowError?
        try rows.visit(
            from: RowLayout.indexKey(key, Revision(main: revision + 1, sub: 0)),
            to: Self.indexEnd(of: key), descending: false
        ) { row, value in
            do throws(RowError) {
                place = try RowValues.readFirstChange(
                    above: revision, before: try Self.place(row).revision, value)
            } catch {
                failure = error
            }
            return false
        }
        if let failure { throw failure }
        return place
    }

    /// Nil if compaction has overtaken the read: its revision is below the compacted one by now, and whoever asked
    /// will see that (P32).
    private func state(before revision: Revision) throws(RowError) -> KeyState? {
        guard let row = try rows.value(of: RowLayout.historyKey(revision)) else {
            if revision.main < rows.forgottenRevision { return nil }
            throw RowError("the change at revision \(revision.main) is in the index only")
        }
        return try borrow(row) { row throws(RowError) in
            try RowValues.readChange(revision, row).previous
        }
    }

    // MARK: Pieces

    /// Turns newest states into those at `revision`: keys that were made later go, keys that were deleted later
    /// come back.
    func oldPiece(
        _ newest: KeyPiece, of interval: KeyInterval, at revision: Int64, _ descending: Bool,
        _ keysMax: Int
    ) throws(RowError) -> KeyPiece {
        let (changed, last) = try firstChanges(
            in: interval, before: newest.rest, above: revision, descending, keysMax)
        var pairs = newest.pairs
        var rest = newest.rest
        if let last {
            rest = interval.remainder(after: last, descending: descending)
            pairs.removeAll { Self.comes(last, before: $0.key, descending) }
        }
        return try merge(
            KeyPiece(pairs: pairs, rest: rest), changed, of: interval, descending)
    }

    /// Puts the states before `changed` in the place of the newest ones.
    private func merge(
        _ newest: KeyPiece, _ changed: [Changed], of interval: KeyInterval, _ descending: Bool
    ) throws(RowError) -> KeyPiece {
        var pairs: [KeyPair] = []
        var (bytes, place) = (0, 0)
        for change in changed {
            while place < newest.pairs.count,
                Self.comes(newest.pairs[place].key, before: change.key, descending)
            {
                pairs.append(newest.pairs[place])
                place += 1
            }
            if place < newest.pairs.count, newest.pairs[place].key == change.key { place += 1 }
            guard let state = try state(before: change.revision), state.exists else { continue }
            pairs.append(KeyPair(key: change.key, state: state))
            bytes += change.key.count + state.value.count
            if bytes > Limits.pieceBytesMax {
                return KeyPiece(
                    pairs: pairs,
                    rest: interval.remainder(after: change.key, descending: descending))
            }
        }
        return KeyPiece(pairs: pairs + newest.pairs[place...], rest: newest.rest)
    }

    /// The keys of `interval` before `rest` that changed above `revision`, each with its first such change. `last`
    /// is the last of the keys that were looked at, if there are others behind it.
    private func firstChanges(
        in interval: KeyInterval, before rest: KeyInterval?, above revision: Int64,
        _ descending: Bool, _ keysMax: Int
    ) throws(RowError) -> (found: [Changed], last: [UInt8]?) {
        var search = IndexSearch(revision: revision, descending: descending, keysMax: keysMax)
        var lower = RowLayout.indexLower(interval.lower)
        var upper = interval.upper.map(RowLayout.indexLower) ?? [RowLayout.index + 1]
        if let rest {
            if descending {
                if let end = rest.upper { lower = RowLayout.indexLower(end) }
            } else {
                upper = RowLayout.indexLower(rest.lower)
            }
        }
        while true {
            try search.run(rows, from: lower, to: upper)
            guard let key = search.crowded else { break }
            search.jumped(to: try firstChange(of: key, above: revision))
            if descending {
                upper = RowLayout.indexPrefix(key)
            } else {
                lower = Self.indexEnd(of: key)
            }
        }
        return (search.found, search.isCut ? search.key : nil)
    }

    /// Above all rows of `key` in the index, below those of any other key that follows.
    private static func indexEnd(of key: [UInt8]) -> [UInt8] {
        RowLayout.indexPrefix(key) + [UInt8](repeating: 0xFF, count: 13)
    }

    private static func comes(_ left: [UInt8], before right: [UInt8], _ descending: Bool) -> Bool {
        let order = KeyOrder.compare(left, right)
        return descending ? order > 0 : order < 0
    }
}
