internal import Basics

/// One stream of chance. Each concern of a world has its own, derived from the seed and the concern's
/// name, so that taking one away does not change what the others throw.
package struct Dice: RandomNumberGenerator {
    private var random: SeededRandom

    package init(seed: UInt64, concern: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in concern.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var mixer = SeededRandom(seed: seed)
        random = SeededRandom(seed: mixer.next() ^ hash)
    }

    package mutating func next() -> UInt64 { random.next() }

    /// A number of the range, each as likely as the others.
    package mutating func number(in range: ClosedRange<UInt64>) -> UInt64 {
        let width = range.upperBound - range.lowerBound + 1
        return range.lowerBound + random.next() % width
    }

    /// A position in something of `count` elements.
    package mutating func index(below count: Int) -> Int {
        precondition(count > 0, "something to choose from")
        return Int(random.next() % UInt64(count))
    }

    /// Whether something happens that does so this often in a thousand.
    package mutating func happens(perMille: UInt64) -> Bool {
        perMille > 0 && random.next() % 1000 < perMille
    }

    package mutating func one<Element>(of choices: [Element]) -> Element {
        choices[index(below: choices.count)]
    }
}
