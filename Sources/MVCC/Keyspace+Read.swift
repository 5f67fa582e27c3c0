/// Where a scan goes on: nil `rest` means that it is complete.
package struct ScanProgress {
    /// What the scan has not visited yet.
    package let rest: KeyInterval?
}

extension Keyspace {
    /// The revision that a read asking for `requested` reads at: the current one if it is 0 or less.
    package func readRevision(_ requested: Int64) throws(KeyspaceError) -> Int64 {
        if requested <= 0 { return revision }
        try checkReadable(requested)
        return requested
    }

    /// Throws unless `wanted` is neither compacted nor in the future.
    package func checkReadable(_ wanted: Int64) throws(KeyspaceError) {
        if wanted > revision { throw .future(revision) }
        if wanted < compactedRevision { throw .compacted(compactedRevision) }
    }

    /// The state of `key` at main revision `wanted`, which must be readable (or the open
    /// transaction's own); nil if the key does not exist then.
    package func state(of key: [UInt8], at wanted: Int64) -> KeyState? {
        if let record = tree.find(key) {
            if !record.isUsed { record.isUsed = true }
            if let state = history.state(of: record, at: wanted, flushed: flushedRevision) {
                return state.exists ? state : nil
            }
        } else if isComplete, wanted >= flushedRevision {
            return nil
        }
        return stateInBase(key, at: wanted)
    }

    /// Whether `count` takes logarithmic time for `interval` at main revision `wanted`.
    package func isCountFast(of interval: KeyInterval, at wanted: Int64) -> Bool {
        wanted >= newestChange && (isComplete || interval == .unbounded(lower: [0]))
    }

    /// The number of keys of `interval` at main revision `wanted`: logarithmic where `isCountFast` says so, else
    /// linear in the keys of the interval.
    package func count(in interval: KeyInterval, at wanted: Int64) -> Int {
        if isCountFast(of: interval, at: wanted) {
            return isComplete ? tree.liveCount(in: interval) : keyCount
        }
        var count = 0
        _ = scan(interval, at: wanted) { _, _ in
            count += 1
            return true
        }
        return count
    }

    /// Calls `body` with each key of `interval` that exists at main revision `wanted`, and its state,
    /// in key order or against it, until `body` returns false or `keysMax` keys were looked at
    /// (deleted ones too: the bound is on time). `body` must not write.
    ///
    /// - Returns: what remains to be scanned; nothing if `body` ended the scan.
    package func scan(
        _ interval: KeyInterval, at wanted: Int64, descending: Bool = false, keysMax: Int = .max,
        _ body: ([UInt8], KeyState) -> Bool
    ) -> ScanProgress {
        if case .single(let key) = interval {
            if let state = state(of: key, at: wanted) { _ = body(key, state) }
            return ScanProgress(rest: nil)
        }
        if !isAllKnown(at: wanted) {
            return scanOverBase(interval, wanted, descending, keysMax, body)
        }
        let nothing = KeyPiece(pairs: [], rest: nil)
        return merge(
            nothing, of: interval, at: wanted, descending: descending, keysMax: keysMax, body)
    }

    /// The same, reading the base, piece by piece.
    private func scanOverBase(
        _ interval: KeyInterval, _ wanted: Int64, _ descending: Bool, _ keysMax: Int,
        _ body: ([UInt8], KeyState) -> Bool
    ) -> ScanProgress {
        var rest: KeyInterval? = interval
        var left = keysMax
        var isWanted = true
        while let interval = rest, left > 0, isWanted {
            let piece = pieceInBase(interval, at: wanted, descending: descending, keysMax: left)
            let progress = merge(
                piece, of: interval, at: wanted, descending: descending, keysMax: left
            ) { key, state in
                left -= 1
                isWanted = body(key, state)
                return isWanted
            }
            rest = progress.rest
        }
        return ScanProgress(rest: isWanted ? rest : nil)
    }
}
