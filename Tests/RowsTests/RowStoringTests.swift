import Basics
import MVCC
import RocksStorage
import Rows
import Testing

/// What every store of rows does.
struct RowStoringTests {
    static let kinds = RowsKind.allCases
    private let place: TemporaryPlace

    init() throws { place = try TemporaryPlace() }

    private func run(_ store: any RowStoring, _ rows: [([UInt8], [UInt8]?)]) throws -> any RowRun {
        let run = try store.makeRun(.singly)
        for (key, value) in rows {
            if let value { try run.put(key, value) } else { try run.delete(key) }
        }
        return run
    }

    private func keys(
        _ store: any RowStoring, from lower: [UInt8], to upper: [UInt8], descending: Bool = false,
        countMax: Int = .max
    ) throws -> [[UInt8]] {
        var keys: [[UInt8]] = []
        try store.visit(from: lower, to: upper, descending: descending) { key, value in
            #expect(Array(value) == Array(key) + [9])
            keys.append(Array(key))
            return keys.count < countMax
        }
        return keys
    }

    @Test(arguments: kinds)
    func visitsKeepWithinTheirBounds(_ kind: RowsKind) throws {
        let store = try kind.make(in: place)
        let all: [[UInt8]] = [[1], [1, 0], [1, 0, 0], [1, 255], [2], [2, 1], [3], [255, 255]]
        try store.takeIn([try run(store, all.map { ($0, $0 + [9]) })])
        for lower in all + [[0], [1, 1], [255, 255, 0]] {
            for upper in all + [[0], [1, 0, 1], [255, 255, 255]] {
                let expected = all.filter {
                    KeyOrder.compare($0, lower) >= 0 && KeyOrder.compare($0, upper) < 0
                }
                #expect(try keys(store, from: lower, to: upper) == expected)
                #expect(
                    try keys(store, from: lower, to: upper, descending: true)
                        == expected.reversed())
                #expect(
                    try keys(store, from: lower, to: upper, countMax: 1)
                        == Array(expected.prefix(1)))
                #expect(
                    try keys(store, from: lower, to: upper, descending: true, countMax: 1)
                        == Array(expected.suffix(1)))
            }
        }
    }

    @Test(arguments: kinds)
    func rowsAreThereChangedAndGone(_ kind: RowsKind) throws {
        let store = try kind.make(in: place)
        #expect(try store.value(of: [1]) == nil)
        try store.takeIn([
            try run(store, [([1], [10]), ([2], []), ([3], [30])]), try run(store, [([9], [90])]),
            try run(store, []),
        ])
        let dropped = try run(store, [([1], [99])])
        try store.takeIn([try run(store, [([1], [11]), ([3], nil), ([4], nil)])])
        _ = dropped
        #expect(try store.value(of: [1]) == [11])
        #expect(try store.value(of: [2]) == [])
        #expect(try store.value(of: [3]) == nil)
        #expect(try store.value(of: [4]) == nil)
        #expect(try store.value(of: [9]) == [90])
        try store.takeIn([])
        #expect(store.byteCount > 0)
        #expect(!store.isBehind)
    }

    @Test(arguments: kinds)
    func aVisitSeesOneMoment(_ kind: RowsKind) throws {
        let store = try kind.make(in: place)
        try store.takeIn([try run(store, [([1], [1]), ([2], [1]), ([3], [1])])])
        var seen: [[UInt8]] = []
        try store.visit(from: [0], to: [9], descending: false) { key, value in
            seen.append(Array(key) + Array(value))
            if seen.count == 1 {
                let run = try? run(store, [([2], [2]), ([3], nil), ([4], [2])])
                if let run { try? store.takeIn([run]) }
            }
            return true
        }
        #expect(seen == [[1, 1], [2, 1], [3, 1]])
        #expect(try store.value(of: [2]) == [2])
    }

    /// Random runs against a sorted list of what they should come to.
    @Test(arguments: kinds, 1...3 as ClosedRange<UInt64>)
    func randomRunsComeToWhatAModelSays(_ kind: RowsKind, seed: UInt64) throws {
        let store = try kind.make(in: place)
        var random = SeededRandom(seed: seed)
        var model: [[UInt8]: [UInt8]] = [:]
        for round in 0..<20 as Range<UInt8> {
            var rows: [[UInt8]: [UInt8]?] = [:]
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                let key = [
                    UInt8.random(in: 0..<4, using: &random), .random(in: 0..<50, using: &random),
                ]
                rows[key] = Int.random(in: 0..<4, using: &random) == 0 ? .some(nil) : [round]
            }
            let sorted = rows.sorted { KeyOrder.compare($0.key, $1.key) < 0 }
            let split = sorted.count / 2
            try store.takeIn([
                try run(store, sorted[..<split].map { ($0.key, $0.value) }),
                try run(store, sorted[split...].map { ($0.key, $0.value) }),
            ])
            for (key, value) in rows { model[key] = value }
            var found: [[UInt8]: [UInt8]] = [:]
            try store.visit(from: [0], to: [255], descending: false) { key, value in
                found[Array(key)] = Array(value)
                return true
            }
            #expect(found == model)
        }
    }
}
