package import MVCC

/// The base of a keyspace, as rows: newest states, and changes with the states before them.
///
/// A state at an old revision is that before the key's first change above it; without such a change it is the
/// newest one.
package final class KeyRows: KeyBase, Sendable {
    let rows: any RowStoring
    private let onFailure: @Sendable (RowError) -> Void

    /// - Parameter onFailure: told of every read that fails, on its thread, before the reader is.
    package init(
        _ rows: any RowStoring, onFailure: @escaping @Sendable (RowError) -> Void = { _ in }
    ) {
        self.rows = rows
        self.onFailure = onFailure
    }

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
            return try oldPiece(newest, of: interval, at: revision, descending, keysMax)
        }
    }

    // MARK: Newest states

    func newestState(of key: [UInt8]) throws(RowError) -> KeyState? {
        guard let row = try rows.value(of: RowLayout.currentKey(key)) else { return nil }
        return try borrow(row) { row throws(RowError) in try RowValues.readState(row) }
    }

    private func newestPiece(
        of interval: KeyInterval, _ descending: Bool, _ keysMax: Int
    ) throws(RowError) -> KeyPiece {
        var pairs: [KeyPair] = []
        var bytes = 0
        var isCut = false
        var failure: RowError?
        try rows.visit(
            from: RowLayout.currentKey(interval.lower),
            to: interval.upper.map(RowLayout.currentKey) ?? [RowLayout.current + 1],
            descending: descending
        ) { key, value in
            if pairs.count == keysMax || bytes > Limits.pieceBytesMax {
                isCut = true
                return false
            }
            do throws(RowError) {
                let state = try RowValues.readState(value)
                bytes += key.count + value.count
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

    // MARK: Rows

    static func change(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(RowError) -> FlushedChange {
        guard let revision = RowLayout.readHistoryKey(key) else {
            throw RowError("a row of the history has no revision")
        }
        return try RowValues.readChange(revision, value)
    }

    /// What a row of the index says.
    static func place(
        _ key: UnsafeRawBufferPointer
    ) throws(RowError) -> (key: [UInt8], revision: Revision) {
        guard let place = RowLayout.readIndexKey(key) else {
            throw RowError("a row of the index names no key")
        }
        return place
    }

    func reading<Value>(
        _ body: () throws(RowError) -> Value
    ) throws(KeyBaseError) -> Value {
        do throws(RowError) {
            return try body()
        } catch {
            onFailure(error)
            throw KeyBaseError(error.description)
        }
    }
}
