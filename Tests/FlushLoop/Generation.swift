internal import Basics
package import MVCC
package import Rows

/// What generation after generation of flushes makes of a base: a pure function of their number, so that whoever
/// finds a base can say what must be in it.
package struct Generation {
    /// The number of generations so far; the slot that their flush carries.
    package private(set) var number: UInt64 = 0
    package private(set) var revision: Int64 = 1
    package private(set) var compactedRevision: Int64 = -1
    package private(set) var states: [[UInt8]: KeyState] = [:]
    package private(set) var changes: [FlushedChange] = []
    /// The last revisions of the generations.
    private var ends: [Int64] = [1]

    private static let changesOfOne = 60
    private static let keyCount = 150
    /// So many generations can be read at old revisions.
    private static let readable = 4

    package init() {}

    package init(number: UInt64) {
        while self.number < number { _ = next() }
    }

    /// A flush.
    package struct Flush {
        package var changes: [FlushedChange] = []
        package var keys: [FlushedKey] = []
        package var tables: [TableRow] = []
        package var compactedRevision: Int64 = -1
    }

    /// Begins the next generation and gives what is flushed of it.
    package mutating func next() -> Flush {
        number += 1
        var random = SeededRandom(seed: number)
        var flush = Flush()
        var places: [[UInt8]: [Revision]] = [:]
        for _ in 0..<Self.changesOfOne {
            revision += 1
            let change = change(&random)
            flush.changes.append(change)
            places[change.key, default: []].append(change.revision)
        }
        changes += flush.changes
        ends.append(revision)
        if ends.count > Self.readable { compactedRevision = ends[ends.count - Self.readable] }
        flush.keys = places.keys.sorted { KeyOrder.compare($0, $1) < 0 }.map { key in
            FlushedKey(
                key: key, state: states[key] ?? .deleted(at: revision), changes: places[key] ?? [])
        }
        flush.tables = tables
        flush.compactedRevision = compactedRevision
        return flush
    }

    /// All tables: two that must be of the same flush.
    package var tables: [TableRow] {
        [
            WellKnownTables.row(ofSlot: number),
            TableRow(name: "copy", bytes: Array("generation \(number)".utf8)),
        ]
    }

    private mutating func change(_ random: inout SeededRandom) -> FlushedChange {
        let key = Array("key\(1_000 + Int.random(in: 0..<Self.keyCount, using: &random))".utf8)
        let previous = states[key] ?? .absent
        let isDelete = previous.exists && Int.random(in: 0..<4, using: &random) == 0
        if isDelete {
            states[key] = nil
        } else {
            states[key] = KeyState(
                value: (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) },
                createRevision: previous.exists ? previous.createRevision : revision,
                modRevision: revision, version: previous.version + 1, lease: 0)
        }
        return FlushedChange(
            revision: Revision(main: revision, sub: 0), key: key, isDelete: isDelete,
            previous: previous, bytesBefore: 0)
    }
}
