import Basics
import MVCC
import Testing

/// Shapes of the tree: many keys in, in several orders, and out again.
struct KeyTreeTests {
    @Test(arguments: ["ascending", "descending", "random"])
    func manyKeysInAndOut(order: String) throws {
        var random = SeededRandom(seed: 11)
        var numbers = Array(0..<20_000)
        if order == "descending" { numbers.reverse() }
        if order == "random" { numbers.shuffle(using: &random) }
        let keyspace = Keyspace()
        for number in numbers {
            var transaction = keyspace.beginWrite()
            transaction.put(key(number), value: [])
            transaction.end()
        }
        keyspace.checkInvariants()
        #expect(keyspace.keyCount == 20_000)
        for (low, high) in [(0, 20_000), (5, 6), (777, 15_001), (63, 64), (19_999, 20_000)] {
            let interval = KeyInterval.bounded(lower: key(low), upper: key(high))
            #expect(keyspace.count(in: interval, at: keyspace.revision) == high - low)
        }
        numbers.shuffle(using: &random)
        for number in numbers.prefix(19_000) {
            var transaction = keyspace.beginWrite()
            #expect(transaction.delete(.single(key(number))) == 1)
            transaction.end()
        }
        try keyspace.compact(to: keyspace.revision)
        while keyspace.releaseStep(budgetChanges: 1000) {}
        keyspace.checkInvariants()
        var left: [[UInt8]] = []
        _ = keyspace.scan(.unbounded(lower: []), at: keyspace.revision) { key, _ in
            left.append(key)
            return true
        }
        #expect(left == numbers.suffix(1000).sorted().map(key))
    }

    private func key(_ number: Int) -> [UInt8] {
        let digits = Array(String(number).utf8)
        return Array("/registry/pods/".utf8) + [UInt8](repeating: 48, count: 8 - digits.count)
            + digits
    }
}
