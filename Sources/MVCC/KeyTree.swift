/// The ordered table of keys: a B+ tree that counts live keys below each child, so that the size of
/// a range is known in logarithmic time. Deleted keys stay, not counted, until compaction.
struct KeyTree {
    var root = KeyNode(isLeaf: true)
    /// Keys in the tree, deleted ones included.
    var recordCount = 0
    /// The bytes of all keys in the tree.
    var keyBytes = 0

    /// The keys that exist.
    var liveCount: Int { root.live }

    /// The record of `key`, dead or alive.
    func find(_ key: [UInt8]) -> KeyRecord? {
        key.withUnsafeBytes { bytes in
            // Nodes and records stay while the tree is read: no need to count references to them.
            var node = Unmanaged.passUnretained(root)
            while let child = node._withUnsafeGuaranteedRef({ $0.child(for: bytes) }) {
                node = child
            }
            return node._withUnsafeGuaranteedRef { leaf in
                let place = leaf.position(of: bytes)
                return place.isFound ? leaf.records[place.index] : nil
            }
        }
    }

    /// Counts a live record as dead. The record stays.
    func makeDead(_ record: KeyRecord) {
        precondition(record.isLive, "a dead key cannot die")
        record.isLive = false
        record.key.withUnsafeBytes { bytes in
            var node = root
            while !node.isLeaf {
                let index = node.childIndex(for: bytes)
                node.liveCounts[index] -= 1
                node = node.children[index]
            }
        }
    }

    /// The number of live keys in `interval`.
    func liveCount(in interval: KeyInterval) -> Int {
        if case .single(let key) = interval { return find(key)?.isLive == true ? 1 : 0 }
        let upper = interval.upper.map(rank) ?? liveCount
        return max(0, upper - rank(interval.lower))
    }

    /// The number of live keys below `key`.
    private func rank(_ key: [UInt8]) -> Int {
        key.withUnsafeBytes { bytes in
            var below = 0
            var node = root
            while !node.isLeaf {
                let index = node.childIndex(for: bytes)
                for left in 0..<index { below += node.liveCounts[left] }
                node = node.children[index]
            }
            let index = node.position(of: bytes).index
            for left in 0..<index where node.records[left].isLive { below += 1 }
            return below
        }
    }
}
