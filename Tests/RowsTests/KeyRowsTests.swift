import MVCC
import RocksStorage
import Rows
import Testing

/// Reads of keys at every revision, over every store of rows, against a history that is written down in full.
struct KeyRowsTests {
    private static let intervals: [KeyInterval] = [
        .unbounded(lower: []), .unbounded(lower: [1, 0]), .bounded(lower: [0], upper: [1, 0, 1]),
        .bounded(lower: [97], upper: [97, 98]), .bounded(lower: [2], upper: [97]),
        .bounded(lower: [98], upper: [1]), .single([1, 0]), .single([97, 0, 98]),
    ]
    private let place: TemporaryPlace

    init() throws { place = try TemporaryPlace() }

    @Test(arguments: RowsKind.allCases, 1...3 as ClosedRange<UInt64>)
    func everyRevisionReadsAsItWasWritten(_ kind: RowsKind, seed: UInt64) throws {
        let rows = try kind.make(in: place)
        let keys = KeyRows(rows)
        var model = HistoryModel(seed: seed)
        for round in 1...6 {
            model.write(round == 4 ? 90 : 12)
            if round > 1, model.number(below: 3) > 0 {
                let low = max(1, model.compactedRevision)
                model.compactedRevision =
                    low + Int64(model.number(below: Int(model.revision - low)))
            }
            try model.flush(to: rows, forgetting: true)
            if let store = rows as? RowStore { store.compact() }
            try compare(keys, model)
        }
    }

    private func compare(_ keys: KeyRows, _ model: HistoryModel) throws {
        for revision in max(1, model.compactedRevision)...model.revision {
            for key in HistoryModel.keys + [[5]] {
                let found = try keys.state(of: key, at: revision)
                if found != model.state(of: key, at: revision) {
                    Issue.record("\(key) at \(revision) is \(String(describing: found))")
                }
            }
            for interval in Self.intervals {
                let expected = model.pairs(at: revision, in: interval)
                for keysMax in [1, 3, 1_000] {
                    let forward = try all(keys, interval, revision, false, keysMax)
                    let backward = try all(keys, interval, revision, true, keysMax)
                    if forward != expected || backward != expected.reversed() {
                        Issue.record("\(interval) at \(revision) by \(keysMax)")
                    }
                }
            }
        }
        for key in HistoryModel.keys {
            #expect(try keys.state(of: key, at: nil) == model.state(of: key, at: model.revision))
        }
        #expect(
            try all(keys, .unbounded(lower: []), nil, false, 2)
                == model.pairs(at: model.revision, in: .unbounded(lower: [])))
        try compareChanges(keys, model)
    }

    /// Reads an interval piece by piece.
    private func all(
        _ keys: KeyRows, _ interval: KeyInterval, _ revision: Int64?, _ descending: Bool,
        _ keysMax: Int
    ) throws -> [KeyPair] {
        var pairs: [KeyPair] = []
        var rest: KeyInterval? = interval
        var pieces = 0
        while let next = rest {
            let piece = try keys.piece(
                of: next, at: revision, descending: descending, keysMax: keysMax)
            if piece.pairs.count > 2 * keysMax { Issue.record("a piece without a bound") }
            pairs += piece.pairs
            rest = piece.rest
            pieces += 1
            if pieces > 1_000 {
                Issue.record("no end of pieces")
                break
            }
        }
        return pairs
    }

    private func compareChanges(_ keys: KeyRows, _ model: HistoryModel) throws {
        for start in [
            max(1, model.compactedRevision), (model.compactedRevision + model.revision) / 2,
        ] {
            var found: [FlushedChange] = []
            try keys.visitChanges(from: start) {
                found.append($0)
                return true
            }
            #expect(found == model.changes.filter { $0.revision.main >= start })
        }
        var first: [FlushedChange] = []
        try keys.visitChanges(from: 1) {
            first.append($0)
            return false
        }
        #expect(first.count == 1)
    }

    /// P32: a read that compaction overtakes may say anything but must not fail; who asked looks again at the
    /// compacted revision.
    @Test(arguments: RowsKind.allCases)
    func aReadThatCompactionOvertakesDoesNotFail(_ kind: RowsKind) throws {
        let rows = try kind.make(in: place)
        let keys = KeyRows(rows)
        var model = HistoryModel(seed: 7)
        for _ in 1...3 {
            model.write(20)
            try model.flush(to: rows, forgetting: false)
        }
        // The history goes at once, the index when files are merged.
        try rows.forget(compactedRevision: model.revision)
        for revision in 1...model.revision {
            for key in HistoryModel.keys { _ = try keys.state(of: key, at: revision) }
            _ = try keys.piece(
                of: .unbounded(lower: []), at: revision, descending: false, keysMax: 100)
        }
        model.compactedRevision = model.revision
        try compare(keys, model)
    }

    /// A key that was changed very often, before and after the revision that is read.
    @Test(arguments: RowsKind.allCases)
    func aLongHistoryOfOneKeyIsJumpedOver(_ kind: RowsKind) throws {
        let rows = CountedRows(try kind.make(in: place))
        let keys = KeyRows(rows)
        let hot: [UInt8] = [2]
        func state(_ revision: Int64) -> KeyState {
            KeyState(
                value: [], createRevision: 2, modRevision: revision, version: revision - 1,
                lease: 0)
        }
        let last: Int64 = 5_000
        let writer = try FlushWriter(rows)
        let revisions = (2...last).map { Revision(main: $0, sub: 0) }
        let changes = revisions.map {
            FlushedChange(
                revision: $0, key: hot, isDelete: false,
                previous: $0.main == 2 ? .absent : state($0.main - 1), bytesBefore: 0)
        }
        try writer.add(FlushPiece(changes: changes))
        let changed = FlushedKey(key: hot, state: state(last), changes: revisions)
        try writer.add(FlushPiece(keys: [changed]))
        try writer.finish(tables: [])
        for revision in [1, 2, 2_500, last - 1, last] {
            for descending in [false, true] {
                rows.visited = 0
                let piece = try keys.piece(
                    of: .unbounded(lower: []), at: revision, descending: descending, keysMax: 10)
                #expect(piece.pairs.map(\.state) == (revision == 1 ? [] : [state(revision)]))
                #expect(rows.visited < 200, "\(rows.visited) rows at \(revision)")
            }
        }
    }
}
