extension KeyNode {
    /// The number of keys below `key`, and whether the next one equals it.
    @inline(__always)
    func position(of key: UnsafeRawBufferPointer) -> (index: Int, isFound: Bool) {
        let head = KeyNode.head(of: key, after: prefixLength)
        let index = firstHead(notBelow: head)
        if index < heads.count, heads[index] == head {
            if order(at: index, to: key) == 0 { return (index, true) }
        }
        return positionOfOther(key, head, index)
    }

    /// The child below which `key` belongs.
    @inline(__always)
    func childIndex(for key: UnsafeRawBufferPointer) -> Int {
        let place = position(of: key)
        return place.isFound ? place.index &+ 1 : place.index
    }

    /// The child below which `key` belongs, without a reference counted; nil in a leaf.
    @inline(__always)
    func child(for key: UnsafeRawBufferPointer) -> Unmanaged<KeyNode>? {
        if isLeaf { return nil }
        let index = childIndex(for: key)
        return children.withUnsafeBufferPointer { Unmanaged.passUnretained($0[index]) }
    }

    /// The place of a key that is not the first of its head: heads decide only if it has the prefix.
    private func positionOfOther(
        _ key: UnsafeRawBufferPointer, _ head: UInt64, _ start: Int
    ) -> (index: Int, isFound: Bool) {
        guard heads.count > 0 else { return (0, false) }
        let side = self.key(at: 0).withUnsafeBytes { first in
            KeyOrder.compare(
                UnsafeRawBufferPointer(rebasing: key.prefix(prefixLength)),
                UnsafeRawBufferPointer(rebasing: first.prefix(prefixLength)))
        }
        if side < 0 { return (0, false) }
        if side > 0 { return (heads.count, false) }
        var low = start
        var high = start
        while high < heads.count, heads[high] == head { high += 1 }
        while low < high {
            let middle = (low + high) / 2
            let order = order(at: middle, to: key)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    /// How the key at `index` compares to `key`.
    @inline(__always)
    private func order(at index: Int, to key: UnsafeRawBufferPointer) -> Int {
        if isLeaf {
            return records.withUnsafeBufferPointer { records in
                Unmanaged.passUnretained(records[index])._withUnsafeGuaranteedRef {
                    $0.key.withUnsafeBytes { KeyOrder.compare($0, key) }
                }
            }
        }
        return bounds.withUnsafeBufferPointer {
            $0[index].withUnsafeBytes { KeyOrder.compare($0, key) }
        }
    }

    @inline(__always)
    private func firstHead(notBelow head: UInt64) -> Int {
        heads.withUnsafeBufferPointer { heads in
            var low = 0
            var high = heads.count
            while low < high {
                let middle = (low &+ high) &>> 1
                if heads[middle] < head { low = middle &+ 1 } else { high = middle }
            }
            return low
        }
    }

    /// The eight bytes of `key` after the first `prefix` ones, zeros behind its end.
    @inline(__always)
    private static func head(of key: UnsafeRawBufferPointer, after prefix: Int) -> UInt64 {
        if prefix &+ 8 <= key.count {
            return key.loadUnaligned(fromByteOffset: prefix, as: UInt64.self).bigEndian
        }
        var head: UInt64 = 0
        for offset in 0..<8 {
            let index = prefix &+ offset
            head = head << 8 | (index < key.count ? UInt64(key[index]) : 0)
        }
        return head
    }
}

extension KeyNode {
    /// Keeps `heads` true after `key` came in at `index`.
    func noteInserted(_ key: [UInt8], at index: Int) {
        heads.insert(key.withUnsafeBytes { KeyNode.head(of: $0, after: prefixLength) }, at: index)
        // Inside, the neighbours' common prefix is the key's too; at an end it may be shorter.
        guard index == 0 || index == heads.count - 1 else { return }
        if commonPrefixLength < prefixLength || heads.count <= 2 { rebuildHeads() }
    }

    /// Makes `heads` anew after the keys changed, with the longest prefix there is.
    func rebuildHeads() {
        let count = isLeaf ? records.count : bounds.count
        heads.removeAll(keepingCapacity: true)
        for index in 0..<count {
            if index == 0 { prefixLength = commonPrefixLength(count) }
            heads.append(
                key(at: index).withUnsafeBytes { KeyNode.head(of: $0, after: prefixLength) })
        }
    }

    private var commonPrefixLength: Int { commonPrefixLength(heads.count) }

    /// What the first and the last of `count` keys share, all share: they are in order.
    private func commonPrefixLength(_ count: Int) -> Int {
        let first = key(at: 0)
        let last = key(at: count - 1)
        var length = 0
        while length < first.count, length < last.count, first[length] == last[length] {
            length += 1
        }
        return length
    }
}
