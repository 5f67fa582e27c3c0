import Basics
import MVCC
import Rows

/// A random history of keys, written down in full: what reads of a base are compared with.
struct HistoryModel {
    private(set) var revision: Int64 = 1
    var compactedRevision: Int64 = -1
    /// Each key's states, oldest first, with the revision of each.
    private(set) var states: [[UInt8]: [(revision: Int64, state: KeyState)]] = [:]
    private(set) var changes: [FlushedChange] = []
    private var flushed: Int64 = 1
    private var random: SeededRandom

    /// Zero bytes, prefixes of each other, and what looks like the end of a key in the index.
    static let keys: [[UInt8]] = [
        [0], [0, 0], [0, 1], [0, 0xFF], [1], [1, 0], [1, 0, 1], [1, 0, 0xFF], [1, 0, 1, 0, 0, 0],
        [1, 1], [97], [97, 0], [97, 0, 98], [97, 98], [97, 98, 0], [98], [0xFF], [0xFF, 0],
        [0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    ]

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func number(below end: Int) -> Int { Int.random(in: 0..<end, using: &random) }

    func state(of key: [UInt8], at revision: Int64) -> KeyState? {
        let state = states[key]?.last { $0.revision <= revision }?.state
        return state?.exists == true ? state : nil
    }

    func pairs(at revision: Int64, in interval: KeyInterval) -> [KeyPair] {
        let keys = states.keys.filter(interval.contains)
        return keys.sorted { KeyOrder.compare($0, $1) < 0 }.compactMap { key in
            state(of: key, at: revision).map { KeyPair(key: key, state: $0) }
        }
    }

    /// Some transactions; a key may change more than once in one. Half of the changes are on a few keys, so that these have long histories.
    mutating func write(_ count: Int) {
        for _ in 0..<count {
            revision += 1
            var sub: Int64 = 0
            for _ in 0...number(below: 4) {
                let width = number(below: 2) == 0 ? 3 : Self.keys.count
                let key = Self.keys[number(below: width)]
                if change(key, sub) { sub += 1 }
            }
            if sub == 0 { revision -= 1 }
        }
    }

    private mutating func change(_ key: [UInt8], _ sub: Int64) -> Bool {
        let previous = states[key]?.last?.state ?? .absent
        let isDelete = number(below: 3) == 0
        if isDelete, !previous.exists { return false }
        let state =
            isDelete
            ? KeyState.deleted(at: revision)
            : KeyState(
                value: Array("\(revision)-\(sub)".utf8),
                createRevision: previous.exists ? previous.createRevision : revision,
                modRevision: revision, version: previous.version + 1,
                lease: Int64(number(below: 3)))
        let before = changes.last.map { $0.bytesBefore + $0.key.count + $0.previous.value.count }
        states[key, default: []].append((revision, state))
        changes.append(
            FlushedChange(
                revision: Revision(main: revision, sub: sub), key: key, isDelete: isDelete,
                previous: previous, bytesBefore: before ?? 0))
        return true
    }

    /// Writes down what came since the last flush, as a keyspace hands it over.
    mutating func flush(to rows: any RowStoring, forgetting: Bool) throws {
        let (since, compacted) = (flushed, compactedRevision)
        let new = changes.filter { $0.revision.main > since && $0.revision.main >= compacted }
        let writer = try FlushWriter(rows)
        let middle = new.count / 2
        try writer.add(FlushPiece(changes: Array(new[..<middle])))
        try writer.add(FlushPiece(changes: Array(new[middle...])))
        for key in states.keys.sorted(by: { KeyOrder.compare($0, $1) < 0 }) {
            guard let last = states[key]?.last, last.revision > since else { continue }
            let places = new.filter { $0.key == key }.map(\.revision)
            let changed = FlushedKey(key: key, state: last.state, changes: places)
            try writer.add(FlushPiece(keys: [changed]))
        }
        try writer.finish(tables: [WellKnownTables.row(ofSlot: UInt64(revision))])
        flushed = revision
        if forgetting { try rows.forget(compactedRevision: compacted) }
    }
}
