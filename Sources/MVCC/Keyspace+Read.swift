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
        guard let record = tree.find(key) else { return nil }
        let state = history.state(of: record, at: wanted)
        return state.exists ? state : nil
    }

    /// Whether `count` takes logarithmic time at main revision `wanted`.
    package func isCountFast(at wanted: Int64) -> Bool { wanted >= newestChange }

    /// The number of keys of `interval` at main revision `wanted`: logarithmic for the newest
    /// revision, else linear in the keys of the interval.
    package func count(in interval: KeyInterval, at wanted: Int64) -> Int {
        if isCountFast(at: wanted) { return tree.liveCount(in: interval) }
        var count = 0
        tree.visit(interval) { record in
            if history.state(of: record, at: wanted).exists { count += 1 }
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
        var left = keysMax
        var rest: KeyInterval?
        tree.visit(interval, descending: descending) { record in
            let state = history.state(of: record, at: wanted)
            if state.exists, !body(record.key, state) { return false }
            left -= 1
            if left > 0 { return true }
            rest = interval.remainder(after: record.key, descending: descending)
            return false
        }
        return ScanProgress(rest: rest)
    }
}
