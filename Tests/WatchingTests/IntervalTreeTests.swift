import Basics
import MVCC
import Testing

@testable import Watching

struct IntervalTreeTests {
    @Test func aKeyFindsTheIntervalsThatHoldIt() {
        var random = SeededRandom(seed: 7)
        var tree = IntervalTree(seed: 3)
        var there: [KeyInterval] = []
        func key() -> [UInt8] { (0..<random.next() % 3).map { _ in UInt8(random.next() % 6) } }
        for _ in 0..<3_000 {
            let lower = key()
            let interval: KeyInterval =
                random.next() % 4 == 0
                ? .unbounded(lower: lower) : .bounded(lower: lower, upper: key())
            if let node = tree.find(interval) {
                if random.next() % 3 > 0 {
                    tree.remove(node)
                    there.removeAll { $0 == interval }
                }
            } else {
                tree.insert(WatchGroup(interval, WatchOptions()))
                there.append(interval)
            }
            let asked = key()
            var found: [KeyInterval] = []
            tree.visit(holding: asked) { found.append($0.interval) }
            let expected = there.filter { $0.contains(asked) }
            #expect(found.count == expected.count && expected.allSatisfy(found.contains))
        }
    }
}
