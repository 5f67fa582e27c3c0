internal import MVCC

/// One lease, as all replicas know it. When it ends is no part of it: that is its leader's business (P27).
package struct LeaseRow: Equatable, Sendable {
    /// Never 0, except in an empty place.
    package let id: Int64
    /// The seconds that were granted, and that each renewal gives again.
    package let ttlSeconds: Int64
    /// The slot of its grant. An id that is granted again is another lease.
    package let grantSlot: UInt64
    /// The keys that are attached, in byte order.
    package private(set) var keys: [[UInt8]] = []
    /// The sum of the digests of all keys: their order says nothing.
    private var keysDigest: UInt64 = 0

    package init(id: Int64, ttlSeconds: Int64, grantSlot: UInt64) {
        self.id = id
        self.ttlSeconds = ttlSeconds
        self.grantSlot = grantSlot
    }

    /// A place that no lease has.
    static let empty = LeaseRow(id: 0, ttlSeconds: 0, grantSlot: 0)

    var isEmpty: Bool { id == 0 }

    /// Of all that it says.
    var digest: UInt64 {
        var digest = StateDigest()
        digest.add(id)
        digest.add(ttlSeconds)
        digest.add(grantSlot)
        digest.add(UInt64(keys.count))
        digest.add(keysDigest)
        return digest.value
    }

    /// Attaches a key that is not attached.
    mutating func attach(_ key: [UInt8]) {
        let place = place(of: key)
        precondition(place == keys.count || keys[place] != key, "a key is attached twice")
        keys.insert(key, at: place)
        keysDigest &+= Self.digest(of: key)
    }

    /// Detaches a key that is attached.
    mutating func detach(_ key: [UInt8]) {
        let place = place(of: key)
        precondition(place < keys.count && keys[place] == key, "a key was not attached")
        keys.remove(at: place)
        keysDigest &-= Self.digest(of: key)
    }

    /// Whether a key is attached.
    func has(_ key: [UInt8]) -> Bool {
        let place = place(of: key)
        return place < keys.count && keys[place] == key
    }

    private static func digest(of key: [UInt8]) -> UInt64 {
        var digest = StateDigest()
        digest.add(key)
        return digest.value
    }

    /// Where a key is, or belongs. Most come in order: at the end.
    private func place(of key: [UInt8]) -> Int {
        guard let last = keys.last, KeyOrder.compare(last, key) >= 0 else { return keys.count }
        var (lower, upper) = (0, keys.count - 1)
        while lower < upper {
            let middle = (lower + upper) / 2
            if KeyOrder.compare(keys[middle], key) < 0 {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return lower
    }
}
