internal import MVCC

/// Which commands of one replica's life were executed: everything below `lowWater` counts as
/// executed, above it a bit per sequence tells, within `Limits.originWindow`.
struct OriginRow {
    private(set) var incarnation: UInt64
    private(set) var boot: UInt64
    var lowWater: UInt64 = 0
    /// The bit of a sequence is at its remainder by the window; bits below the mark are 0.
    var seen: [UInt64]

    init(incarnation: UInt64, boot: UInt64 = 0) {
        self.incarnation = incarnation
        self.boot = boot
        seen = [UInt64](repeating: 0, count: Limits.originWindow / 64)
    }

    /// Takes over a bundle's header; false if the bundle comes from an older start or another life.
    mutating func accept(_ header: BundleHeader) -> Bool {
        guard header.origin.incarnation == incarnation, header.origin.boot >= boot else {
            return false
        }
        if header.origin.boot > boot {
            self = OriginRow(incarnation: incarnation, boot: header.origin.boot)
        }
        raise(to: header.lowWater)
        return true
    }

    /// Notes that `sequence` is being executed; false if it was before, or cannot be sent any more.
    mutating func execute(_ sequence: UInt64) -> Bool {
        guard sequence >= lowWater else { return false }
        let window = UInt64(Limits.originWindow)
        // An origin with more commands on the way than the window holds loses the oldest: their
        // outcome stays unknown, but nothing is ever executed twice.
        if sequence - lowWater >= window { raise(to: sequence - (window - 1)) }
        let word = Int(sequence % window) / 64
        let bit: UInt64 = 1 << (sequence % 64)
        guard seen[word] & bit == 0 else { return false }
        seen[word] |= bit
        return true
    }

    private mutating func raise(to mark: UInt64) {
        guard mark > lowWater else { return }
        let window = UInt64(Limits.originWindow)
        if mark - lowWater >= window {
            for word in seen.indices { seen[word] = 0 }
        } else {
            clear(from: lowWater, to: mark)
        }
        lowWater = mark
    }

    private mutating func clear(from start: UInt64, to end: UInt64) {
        var sequence = start
        while sequence < end {
            let word = Int(sequence % UInt64(Limits.originWindow)) / 64
            let first = sequence % 64
            let count = min(64 - first, end - sequence)
            let ones: UInt64 = count == 64 ? .max : (1 << count) - 1
            seen[word] &= ~(ones << first)
            sequence += count
        }
    }

    func add(to digest: inout StateDigest) {
        digest.add(incarnation)
        digest.add(boot)
        digest.add(lowWater)
        for word in seen { digest.add(word) }
    }
}
