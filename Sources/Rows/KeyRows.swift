internal import Basics
package import MVCC

/// The base of a keyspace, as rows: newest states, and changes with the states before them.
///
/// A state at an old revision is that before the key's first change above it; without such a change it is the
/// newest one.
package final class KeyRows: KeyBase, Sendable {
    private let rows: any RowStoring

    package init(_ rows: any RowStoring) { self.rows = rows }

    package func state(
        of key: [UInt8], at revision: Int64?
    ) throws(KeyBaseError) -> KeyState? {
        try reading { () throws(RowError) in
            let newest = try newestState(of: key)
            guard let revision else { return newest }
            if let newest, newest.modRevision <= revision { return newest }
            return try stateAtOldRevision(of: key, at: revision, newest: newest)
        }
    }

    package func stateBeforeNextChange(
        of key: [UInt8], above revision: Int64
    ) throws(KeyBaseError) -> KeyState? {
        try reading { () throws(RowError) in try previous(of: key, above: revision) }
    }

    package func visitChanges(
        from start: Int64, _ body: (FlushedChange) -> Bool
    ) throws(KeyBaseError) {
        try reading { () throws(RowError) in
            var failure: RowError?
            try rows.visit(
                from: RowLayout.historyKey(from: start), to: [RowLayout.history + 1],
                descending: false
            ) { key, value in
                do throws(RowError) {
                    return body(try KeyRows.change(key, value))
                } catch {
                    failure = error
                    return false
                }
            }
            if let failure { throw failure }
        }
    }

    package func piece(
        of interval: KeyInterval, at revision: Int64?, descending: Bool, keysMax: Int
    ) throws(KeyBaseError) -> KeyPiece {
        try reading { () throws(RowError) in
            let newest = try newestPiece(of: interval, descending, keysMax)
            guard let revision else { return newest }
            return try atOldRevision(newest, of: interval, at: revision, descending)
        }
    }

    // MARK: Newest states

    private func newestState(of key: [UInt8]) throws(RowError) -> KeyState? {
        guard let row = try rows.value(of: RowLayout.currentKey(key)) else { return nil }
        return try borrow(row) { row throws(RowError) in try RowValues.readState(row) }
    }

    private func newestPiece(
        of interval: KeyInterval, _ descending: Bool, _ keysMax: Int
    ) throws(RowError) -> KeyPiece {
        var pairs: [KeyPair] = []
        var isCut = false
        var failure: RowError?
        try rows.visit(
            from: RowLayout.currentKey(interval.lower),
            to: interval.upper.map(RowLayout.currentKey) ?? [RowLayout.current + 1],
            descending: descending
        ) { key, value in
            if pairs.count == keysMax {
                isCut = true
                return false
            }
            do throws(RowError) {
                let state = try RowValues.readState(value)
                pairs.append(KeyPair(key: Array(key.dropFirst()), state: state))
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        guard isCut, let last = pairs.last else { return KeyPiece(pairs: pairs, rest: nil) }
        return KeyPiece(
            pairs: pairs, rest: interval.remainder(after: last.key, descending: descending))
    }

    // MARK: Old revisions

    private func stateAtOldRevision(
        of key: [UInt8], at revision: Int64, newest: KeyState?
    ) throws(RowError) -> KeyState? {
        guard let state = try previous(of: key, above: revision) else { return newest }
        return state.exists ? state : nil
    }

    /// The state before the first change of `key` above `revision`.
    private func previous(of key: [UInt8], above revision: Int64) throws(RowError) -> KeyState? {
        let prefix = RowLayout.indexPrefix(key)
        var place: Revision?
        var failure: RowError?
        try rows.visit(
            from: RowLayout.indexKey(key, revision + 1),
            to: prefix + [UInt8](repeating: 0xFF, count: 9),
            descending: false
        ) { key, value in
            do throws(RowError) {
                place = try KeyRows.place(key, value).revision
            } catch {
                failure = error
            }
            return false
        }
        if let failure { throw failure }
        guard let place else { return nil }
        return try change(at: place).previous
    }

    private func change(at revision: Revision) throws(RowError) -> FlushedChange {
        guard let row = try rows.value(of: RowLayout.historyKey(revision)) else {
            throw RowError("the change at revision \(revision.main) is in the index only")
        }
        return try borrow(row) { row throws(RowError) in try RowValues.readChange(revision, row) }
    }

    /// Turns newest states into those at `revision`: keys that were made later go, keys that were deleted later
    /// come back.
    private func atOldRevision(
        _ newest: KeyPiece, of interval: KeyInterval, at revision: Int64, _ descending: Bool
    ) throws(RowError) -> KeyPiece {
        let changed = try firstChanges(
            in: seen(of: interval, rest: newest.rest, descending), above: revision, descending)
        var pairs: [KeyPair] = []
        var place = 0
        for pair in newest.pairs {
            while place < changed.count, comes(changed[place].key, before: pair.key, descending) {
                try append(changed[place], to: &pairs)
                place += 1
            }
            if place < changed.count, changed[place].key == pair.key {
                try append(changed[place], to: &pairs)
                place += 1
            } else {
                pairs.append(pair)
            }
        }
        while place < changed.count {
            try append(changed[place], to: &pairs)
            place += 1
        }
        return KeyPiece(pairs: pairs, rest: newest.rest)
    }

    private func append(
        _ changed: (key: [UInt8], revision: Revision), to pairs: inout [KeyPair]
    ) throws(RowError) {
        let state = try change(at: changed.revision).previous
        if state.exists { pairs.append(KeyPair(key: changed.key, state: state)) }
    }

    /// What of `interval` lies before `rest`.
    private func seen(
        of interval: KeyInterval, rest: KeyInterval?, _ descending: Bool
    ) -> KeyInterval {
        guard let rest else { return interval }
        if !descending { return .bounded(lower: interval.lower, upper: rest.lower) }
        guard let lower = rest.upper else { return interval }
        guard let upper = interval.upper else { return .unbounded(lower: lower) }
        return .bounded(lower: lower, upper: upper)
    }

    /// The keys of `interval` that changed above `revision`, each with its first such change.
    private func firstChanges(
        in interval: KeyInterval, above revision: Int64, _ descending: Bool
    ) throws(RowError) -> [(key: [UInt8], revision: Revision)] {
        var found: [(key: [UInt8], revision: Revision)] = []
        var failure: RowError?
        try rows.visit(
            from: RowLayout.indexLower(interval.lower),
            to: interval.upper.map(RowLayout.indexLower) ?? [RowLayout.index + 1],
            descending: descending
        ) { key, value in
            do throws(RowError) {
                let entry = try KeyRows.place(key, value)
                guard entry.revision.main > revision else { return true }
                if found.last?.key != entry.key {
                    found.append(entry)
                } else if descending {
                    found[found.count - 1] = entry
                }
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        return found
    }

    private func comes(_ left: [UInt8], before right: [UInt8], _ descending: Bool) -> Bool {
        let order = KeyOrder.compare(left, right)
        return descending ? order > 0 : order < 0
    }

    // MARK: Rows

    private static func change(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(RowError) -> FlushedChange {
        guard let revision = RowLayout.readHistoryKey(key) else {
            throw RowError("a row of the history has no revision")
        }
        return try RowValues.readChange(revision, value)
    }

    /// What a row of the index says.
    private static func place(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(RowError) -> (key: [UInt8], revision: Revision) {
        guard let (changed, main) = RowLayout.readIndexKey(key) else {
            throw RowError("a row of the index names no key")
        }
        var reader = ByteReader(value)
        do throws(ByteReaderError) {
            let sub = try reader.readVarint()
            return (changed, Revision(main: main, sub: Int64(truncatingIfNeeded: sub)))
        } catch {
            throw RowError("a row of the index names no place: \(error)")
        }
    }

    private func reading<Value>(
        _ body: () throws(RowError) -> Value
    ) throws(KeyBaseError) -> Value {
        do throws(RowError) {
            return try body()
        } catch {
            throw KeyBaseError(error.description)
        }
    }
}
