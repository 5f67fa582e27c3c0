import Basics
import MVCC
import Testing

@testable import StateMachine

/// The union of what a user may do, asked about many keys at once.
@Suite("Intervals of keys")
struct KeyIntervalsTests {
    private func key(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
    }

    private func intervals(_ bounds: [(Int, Int?)]) -> KeyIntervals {
        KeyIntervals(
            bounds.map { lower, upper in
                guard let upper else { return .unbounded(lower: key(lower)) }
                return .bounded(lower: key(lower), upper: key(upper))
            })
    }

    @Test func aMillionKeysAreJudgedInAFewComparisons() {
        let keys = (1...1_000_000).map(key)
        func comparisons(_ bounds: [(Int, Int?)], _ expected: Bool) -> Int {
            var count = 0
            let permitted = intervals(bounds)
            #expect(permitted.covers(ascending: keys, comparisons: &count) == expected)
            return count
        }
        #expect(comparisons([(0, nil)], true) <= 2)
        #expect(comparisons([(0, 2_000_000)], true) <= 60)
        #expect(comparisons([(0, 500_000), (500_001, nil)], false) <= 60, "one key is missing")
        #expect(comparisons([(0, 999_999)], false) <= 80)
        #expect(comparisons([(2, nil)], false) <= 2)
        #expect(comparisons([], false) == 0)
        // In a thousand pieces, between which no key lies.
        let pieces = (0..<1_000).map { piece in
            KeyInterval.bounded(
                lower: key(piece * 1_000 + 1), upper: key(piece * 1_000 + 1_000) + [0])
        }
        var count = 0
        #expect(KeyIntervals(pieces).covers(ascending: keys, comparisons: &count))
        #expect(count <= 1_000 * 40)
        // A piece for each key costs no more than looking at each.
        count = 0
        let alone = KeyIntervals(keys.prefix(10_000).map { .single($0) })
        #expect(alone.covers(ascending: Array(keys.prefix(10_000)), comparisons: &count))
        #expect(count <= 10_000 * 6)
    }

    @Test func manyKeysAreCoveredExactlyIfEachIs() {
        var random = SeededRandom(seed: 7)
        func draw(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
        var coveredCount = 0
        for _ in 0..<20_000 {
            let permitted = intervals(
                (0..<draw(5)).map { _ in
                    let lower = draw(20)
                    return (lower, draw(8) == 0 ? nil : lower + draw(12))
                })
            let keys = Set((0..<draw(6)).map { _ in draw(24) }).sorted().map(key)
            let isCovered = keys.allSatisfy { permitted.covers($0) }
            #expect(permitted.covers(ascending: keys) == isCovered)
            if isCovered, !keys.isEmpty { coveredCount += 1 }
        }
        #expect(coveredCount > 1_000)
    }
}
