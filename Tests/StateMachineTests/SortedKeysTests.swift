import Basics
import Testing

@testable import StateMachine

/// Keys in order, against a slow twin.
struct SortedKeysTests {
    /// Grows beyond many pieces and shrinks again, now and then in order.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func againstASlowTwin(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var keys = SortedKeys()
        var twin: Set<Int> = []
        func key(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
        for step in 0..<12_000 {
            let isGrowing = step < 5_000 || step % 3 == 0
            let number = seed == 1 && isGrowing ? step : Int.random(in: 0..<6_000, using: &random)
            #expect(keys.contains(key(number)) == twin.contains(number))
            if isGrowing {
                let isNew = keys.insert(key(number))
                #expect(isNew == twin.insert(number).inserted)
            } else {
                let wasThere = keys.remove(key(number))
                #expect(wasThere == (twin.remove(number) != nil))
            }
            #expect(keys.count == twin.count)
            guard step % 500 == 0 else { continue }
            let sorted = twin.sorted().map(key)
            #expect(keys.all == sorted)
            let middle = sorted.count / 2
            for range in [0..<middle, middle..<sorted.count, middle..<middle] {
                #expect(keys.slice(range) == Array(sorted[range]))
            }
            var others = SortedKeys()
            for key in sorted.shuffled(using: &random) { _ = others.insert(key) }
            #expect(others == keys)
        }
        for number in twin.sorted() { _ = keys.remove(key(number)) }
        #expect(keys.count == 0 && keys.all.isEmpty && keys == SortedKeys())
    }

    /// What lies where depends on the order in which they came, and what they are does not.
    @Test func equalsAreEqualHoweverTheyLie() {
        var (left, right) = (SortedKeys(), SortedKeys())
        for number in 0..<2_000 as Range<UInt16> {
            _ = left.insert([UInt8(number >> 8), UInt8(number & 255)])
        }
        for number in (0..<2_000 as Range<UInt16>).reversed() {
            _ = right.insert([UInt8(number >> 8), UInt8(number & 255)])
        }
        #expect(left == right)
        _ = right.remove([0, 7])
        #expect(left != right)
    }
}
