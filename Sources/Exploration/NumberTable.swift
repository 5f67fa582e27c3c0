/// A table from 64-bit keys to 32-bit numbers, in two plain arrays with open addressing: a history that is
/// explored asks it several times per step.
struct NumberTable {
    private var keys: [UInt64]
    private var numbers: [UInt32]
    private(set) var count = 0
    private var mask: Int

    init(capacity: Int = 1 << 12) {
        precondition(capacity & (capacity - 1) == 0, "a power of two")
        keys = Array(repeating: 0, count: capacity)
        numbers = Array(repeating: 0, count: capacity)
        mask = capacity - 1
    }

    /// The number under a key that is not zero; nil if there is none.
    subscript(key: UInt64) -> UInt32? {
        var index = Int(truncatingIfNeeded: NumberTable.mix(key)) & mask
        while keys[index] != 0 {
            if keys[index] == key { return numbers[index] }
            index = (index + 1) & mask
        }
        return nil
    }

    /// Adds a key that is not there yet.
    mutating func insert(_ key: UInt64, _ number: UInt32) {
        precondition(key != 0, "zero means empty")
        if (count + 1) * 10 > keys.count * 7 { grow() }
        place(key, number)
        count += 1
    }

    private mutating func place(_ key: UInt64, _ number: UInt32) {
        var index = Int(truncatingIfNeeded: NumberTable.mix(key)) & mask
        while keys[index] != 0 { index = (index + 1) & mask }
        keys[index] = key
        numbers[index] = number
    }

    private mutating func grow() {
        var larger = NumberTable(capacity: keys.count * 2)
        for index in keys.indices where keys[index] != 0 {
            larger.place(keys[index], numbers[index])
        }
        larger.count = count
        self = larger
    }

    private static func mix(_ key: UInt64) -> UInt64 {
        let mixed = (key ^ (key >> 32)) &* 0x9e37_79b9_7f4a_7c15
        return mixed ^ (mixed >> 29)
    }
}
