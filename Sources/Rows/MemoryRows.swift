internal import Basics
internal import MVCC

/// Rows in memory: deterministic, for the simulator and for tests. It keeps the contract and nothing else: a run
/// is there as a whole or not at all, and what was taken in is "durable" in the value `contents`, which a crash
/// leaves alone.
package final class MemoryRows: RowStoring {
    /// All rows at a moment, in order.
    package struct Contents: Sendable {
        var keys: [[UInt8]] = []
        var values: [[UInt8]] = []
        package init() {}
    }

    private struct Shared {
        var contents: Contents
        var isDamaged = false
        var forgottenRevision = Int64.min
    }

    private let shared: Monitor<Shared>

    package init(_ contents: Contents = Contents()) {
        shared = Monitor(Shared(contents: contents))
    }

    /// All rows as they are now.
    package var contents: Contents { shared.withLock { $0.contents } }

    /// From here on nothing can be read.
    package func damage() { shared.update { $0.isDamaged = true } }

    private func readable() throws(RowError) -> Contents {
        let (contents, isDamaged) = shared.withLock { ($0.contents, $0.isDamaged) }
        if isDamaged { throw RowError("a checksum is wrong") }
        return contents
    }

    package func value(of key: [UInt8]) throws(RowError) -> [UInt8]? {
        try readable().value(of: key)
    }

    package func visit(
        from lower: [UInt8], to upper: [UInt8], descending: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(RowError) {
        let contents = try readable()
        let start = contents.place(of: lower)
        let end = contents.place(of: upper)
        guard start < end else { return }
        for step in 0..<(end - start) {
            let place = descending ? end - 1 - step : start + step
            let isGoingOn = contents.keys[place].withUnsafeBytes { key in
                contents.values[place].withUnsafeBytes { body(key, $0) }
            }
            if !isGoingOn { return }
        }
    }

    package func makeRun(_ kind: RunKind) -> any RowRun { MemoryRun() }

    package func takeIn(_ runs: [any RowRun]) { takeIn(runs) { _ in true } }

    /// Takes in the rows that `isKept` says.
    func takeIn(_ runs: [any RowRun], where isKept: (_ key: [UInt8]) -> Bool) {
        let runs = runs.map { run in
            guard let run = run as? MemoryRun else { preconditionFailure("a run of another store") }
            return run.changes.filter { isKept($0.key) }
        }
        shared.update { shared in
            for changes in runs { shared.contents = shared.contents.merged(with: changes) }
        }
    }

    package func forget(compactedRevision revision: Int64) {
        shared.update { shared in
            shared.forgottenRevision = revision
            shared.contents = shared.contents.filter { key in
                !key.withUnsafeBytes { RowLayout.isObsolete($0, compactedRevision: revision) }
            }
        }
    }

    package var forgottenRevision: Int64 { shared.withLock { $0.forgottenRevision } }

    package var isBehind: Bool { false }

    package var byteCount: Int {
        let contents = contents
        return contents.keys.reduce(0) { $0 + $1.count }
            + contents.values.reduce(0) { $0 + $1.count }
    }
}

extension MemoryRows.Contents {
    func value(of key: [UInt8]) -> [UInt8]? {
        let place = place(of: key)
        guard place < keys.count, keys[place] == key else { return nil }
        return values[place]
    }

    func filter(_ isKept: (_ key: [UInt8]) -> Bool) -> MemoryRows.Contents {
        var kept = MemoryRows.Contents()
        for (key, value) in zip(keys, values) where isKept(key) { kept.append(key, value) }
        return kept
    }

    /// The number of rows below `key`.
    fileprivate func place(of key: [UInt8]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if KeyOrder.compare(keys[middle], key) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    fileprivate func merged(with changes: [MemoryRun.Change]) -> MemoryRows.Contents {
        var merged = MemoryRows.Contents()
        var place = 0
        for change in changes {
            while place < keys.count, KeyOrder.compare(keys[place], change.key) < 0 {
                merged.append(keys[place], values[place])
                place += 1
            }
            if place < keys.count, keys[place] == change.key { place += 1 }
            if let value = change.value { merged.append(change.key, value) }
        }
        while place < keys.count {
            merged.append(keys[place], values[place])
            place += 1
        }
        return merged
    }

    mutating func append(_ key: [UInt8], _ value: [UInt8]) {
        keys.append(key)
        values.append(value)
    }
}

/// Rows on their way into `MemoryRows`.
private final class MemoryRun: RowRun {
    struct Change {
        let key: [UInt8]
        /// Nil takes the row away.
        let value: [UInt8]?
    }

    private(set) var changes: [Change] = []

    func put(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        append(Change(key: Array(key), value: Array(value)))
    }

    func delete(_ key: UnsafeRawBufferPointer) { append(Change(key: Array(key), value: nil)) }

    private func append(_ change: Change) {
        if let last = changes.last {
            precondition(KeyOrder.compare(last.key, change.key) < 0, "rows out of order")
        }
        changes.append(change)
    }
}
