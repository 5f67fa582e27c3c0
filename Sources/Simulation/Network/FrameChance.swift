/// What happens to frames. Each thing that can has its own stream of chance.
struct FrameChance {
    private var delays: Dice
    private var losses: Dice
    private var duplicates: Dice
    private var orders: Dice
    private var lateness: Dice
    private var flips: Dice
    private var old: Dice
    private var readings: Dice

    init(seed: UInt64) {
        delays = Dice(seed: seed, concern: "network delay")
        losses = Dice(seed: seed, concern: "network loss")
        duplicates = Dice(seed: seed, concern: "network duplicates")
        orders = Dice(seed: seed, concern: "network order")
        lateness = Dice(seed: seed, concern: "network lateness")
        flips = Dice(seed: seed, concern: "network flips")
        old = Dice(seed: seed, concern: "network old frames")
        readings = Dice(seed: seed, concern: "network reading")
    }

    mutating func isLost(_ quality: NetworkQuality) -> Bool {
        losses.happens(perMille: quality.lossPerMille)
    }

    mutating func isDoubled(_ quality: NetworkQuality) -> Bool {
        duplicates.happens(perMille: quality.duplicatesPerMille)
    }

    mutating func overtakes(_ quality: NetworkQuality) -> Bool {
        orders.happens(perMille: quality.reorderedPerMille)
    }

    mutating func delay(_ quality: NetworkQuality) -> UInt64 {
        let ordinary = delays.number(in: quality.delayMicroseconds)
        guard lateness.happens(perMille: quality.latePerMille) else { return ordinary }
        return ordinary + lateness.number(in: 0...quality.lateMicroseconds)
    }

    /// How long a process that stood still takes until it reads a frame, in microseconds.
    mutating func readingDelay() -> UInt64 { readings.number(in: 0...2_000) }

    /// Flips one to three bits, or does nothing.
    mutating func flip(_ bytes: inout [UInt8], _ quality: NetworkQuality) -> Bool {
        guard flips.happens(perMille: quality.flippedPerMille), !bytes.isEmpty else { return false }
        let before = bytes
        for _ in 0..<flips.number(in: 1...3) {
            bytes[flips.index(below: bytes.count)] ^= 1 << UInt8(flips.index(below: 8))
        }
        return bytes != before
    }

    /// Whether a frame is kept for later.
    mutating func isKept() -> Bool { old.happens(perMille: 30) }

    mutating func index(below count: Int) -> Int { old.index(below: count) }
}
