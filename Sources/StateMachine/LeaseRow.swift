internal import MVCC

/// One lease, as all replicas know it. When it ends is no part of it: that is its leader's business (P27).
package struct LeaseRow: Equatable, Sendable {
    /// Never 0, except in an empty place.
    package let id: Int64
    /// The seconds that were granted, and that each renewal gives again.
    package let ttlSeconds: Int64
    /// The slot of its grant. An id that is granted again is another lease.
    package let grantSlot: UInt64
    private var attached = SortedKeys()
    /// The sum of the digests of all keys: their order says nothing.
    private var keysDigest: UInt64 = 0

    package init(id: Int64, ttlSeconds: Int64, grantSlot: UInt64) {
        self.id = id
        self.ttlSeconds = ttlSeconds
        self.grantSlot = grantSlot
    }

    /// The keys that are attached, in byte order.
    package var keys: [[UInt8]] { attached.all }

    /// How many they are.
    package var keyCount: Int { attached.count }

    /// Those of them that stand at these places.
    func keys(_ places: Range<Int>) -> [[UInt8]] { attached.slice(places) }

    /// A place that no lease has.
    static let empty = LeaseRow(id: 0, ttlSeconds: 0, grantSlot: 0)

    var isEmpty: Bool { id == 0 }

    /// Of all that it says.
    var digest: UInt64 {
        var digest = StateDigest()
        digest.add(id)
        digest.add(ttlSeconds)
        digest.add(grantSlot)
        digest.add(UInt64(keyCount))
        digest.add(keysDigest)
        return digest.value
    }

    /// Attaches a key that is not attached.
    mutating func attach(_ key: [UInt8]) {
        let isNew = attached.insert(key)
        precondition(isNew, "a key is attached twice")
        keysDigest &+= Self.digest(of: key)
    }

    /// Detaches a key that is attached.
    mutating func detach(_ key: [UInt8]) {
        let wasThere = attached.remove(key)
        precondition(wasThere, "a key was not attached")
        keysDigest &-= Self.digest(of: key)
    }

    /// Whether a key is attached.
    func has(_ key: [UInt8]) -> Bool { attached.contains(key) }

    private static func digest(of key: [UInt8]) -> UInt64 {
        var digest = StateDigest()
        digest.add(key)
        return digest.value
    }
}
