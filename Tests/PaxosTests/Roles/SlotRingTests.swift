import Basics
import Testing

@testable import Paxos

@Suite struct SlotRingTests {
    /// The slow twin is a dictionary and a base.
    @Test(arguments: 0..<50)
    func agreesWithADictionary(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var ring = SlotRing<UInt64>(base: Slot(seed))
        var twin: [UInt64: UInt64] = [:]
        var base = seed
        for step in 0..<400 {
            switch random.next() % 4 {
            case 0, 1:
                let slot = base + 1 + random.next() % 40
                ring.set(Slot(slot), UInt64(step))
                twin[slot] = UInt64(step)
            case 2:
                let popped = ring.popFirst()
                #expect(popped == twin.removeValue(forKey: base + 1))
                base += 1
            default:
                let upTo = base + random.next() % 8
                ring.drop(upTo: Slot(upTo))
                for slot in base..<upTo + 1 { twin.removeValue(forKey: slot) }
                base = max(base, upTo)
            }
            #expect(ring.base == Slot(base))
            for slot in base..<base + 50 { #expect(ring[Slot(slot)] == twin[slot]) }
        }
    }

    @Test func changesInPlace() {
        var ring = SlotRing<[Int]>(base: .zero)
        ring.set(Slot(3), [1])
        let count = ring.update(Slot(3)) { element in
            element.append(2)
            return element.count
        }
        #expect(count == 2)
        #expect(ring[Slot(3)] == [1, 2])
        #expect(ring.update(Slot(2)) { _ in 0 } == nil)
        #expect(ring.span == 3)
    }
}
