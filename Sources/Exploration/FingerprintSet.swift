/// A set of 64-bit fingerprints in one plain array with open addressing: eight bytes each, and as much room
/// again at most.
struct FingerprintSet {
    private var slots: [UInt64]
    private(set) var count = 0
    private var mask: Int

    init(capacity: Int = 1 << 16) {
        precondition(capacity & (capacity - 1) == 0, "a power of two")
        slots = Array(repeating: 0, count: capacity)
        mask = capacity - 1
    }

    /// Adds a fingerprint; false if it was there.
    mutating func insert(_ fingerprint: UInt64) -> Bool {
        // Zero marks an empty place: it shares one with 1.
        let key = fingerprint == 0 ? 1 : fingerprint
        if (count + 1) * 10 > slots.count * 8 { grow() }
        var index = Int(truncatingIfNeeded: key) & mask
        while slots[index] != 0 {
            if slots[index] == key { return false }
            index = (index + 1) & mask
        }
        slots[index] = key
        count += 1
        return true
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        mask = slots.count - 1
        for key in old where key != 0 {
            var index = Int(truncatingIfNeeded: key) & mask
            while slots[index] != 0 { index = (index + 1) & mask }
            slots[index] = key
        }
    }
}
