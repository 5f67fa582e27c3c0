/// A moment of a search as a number of 128 bits: what is taken, and the state after it. Each part has random
/// bits of its own, and a moment is their sum without carry (Zobrist 1970), so that a move costs one addition.
///
/// Two different moments with one number would hide one of them: with a million moments the odds are
/// about 1 in 10^27.
struct Moment: Equatable {
    private(set) var high: UInt64 = 0
    private(set) var low: UInt64 = 0

    /// Before the first move, without its state.
    static let beginning = Moment()

    private init() {}

    private init(_ seed: UInt64) {
        high = Self.mixed(seed &* 2)
        low = Self.mixed(seed &* 2 &+ 1)
    }

    /// The part of a step that is taken.
    static func step(_ number: Int, isOptional: Bool) -> Moment {
        Moment(UInt64(number) << 2 | (isOptional ? 1 : 0))
    }

    /// The part of a state.
    static func state(_ number: Int) -> Moment { Moment(UInt64(number) << 2 | 2) }

    /// Adds a part, or takes it away again.
    mutating func toggle(_ part: Moment) {
        high ^= part.high
        low ^= part.low
    }

    /// The moment with one part more.
    func with(_ part: Moment) -> Moment {
        var result = self
        result.toggle(part)
        return result
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    private static func mixed(_ number: UInt64) -> UInt64 {
        var word = (number &+ 1) &* 0x9e37_79b9_7f4a_7c15
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
