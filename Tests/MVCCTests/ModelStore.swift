import MVCC

/// The slow twin of `Keyspace`: every change ever made, in an array, and no cleverness.
struct ModelStore {
    struct Row: Equatable {
        var revision: Revision
        var key: [UInt8]
        var state: KeyState?
    }

    var rows: [Row] = []
    var revision: Int64 = 1
    var compacted: Int64 = -1

    func state(of key: [UInt8], at wanted: Int64) -> KeyState? {
        rows.last { $0.key == key && $0.revision.main <= wanted }?.state
    }

    func keys(at wanted: Int64) -> [[UInt8]] {
        let all = Set(rows.map(\.key)).sorted { KeyOrder.compare($0, $1) < 0 }
        return all.filter { state(of: $0, at: wanted) != nil }
    }

    func scan(_ interval: KeyInterval, at wanted: Int64) -> [([UInt8], KeyState)] {
        keys(at: wanted).filter { interval.contains($0) }.compactMap { key in
            state(of: key, at: wanted).map { (key, $0) }
        }
    }

    mutating func put(_ key: [UInt8], _ value: [UInt8], _ lease: Int64, _ position: Revision) {
        let old = state(of: key, at: position.main)
        let new = KeyState(
            value: value, createRevision: old?.createRevision ?? position.main,
            modRevision: position.main, version: (old?.version ?? 0) + 1, lease: lease)
        rows.append(Row(revision: position, key: key, state: new))
    }

    func changes(from start: Int64) -> [Change] {
        rows.indices.filter { rows[$0].revision.main >= start }.map { index in
            let row = rows[index]
            let isPreviousReadable = row.revision.main - 1 >= compacted
            let old = rows[..<index].last { $0.key == row.key }?.state
            return Change(
                revision: row.revision, key: row.key, state: row.state,
                previous: isPreviousReadable ? old : nil)
        }
    }
}
