extension KeyTree {
    /// What one insertion did below a node.
    private struct Insertion {
        var record: KeyRecord?
        /// 1 if the record was not live before.
        var liveDelta = 0
        var isNew = false
    }

    /// The right part of a node that became too wide.
    private struct Split {
        let separator: [UInt8]
        let right: KeyNode
        let live: Int
    }

    /// The record of `key`, made if there is none, and counted as live from now on.
    @inline(__always)
    mutating func makeLive(_ key: [UInt8]) -> (record: KeyRecord, isNew: Bool) {
        // Most writes are of keys that exist: nothing in the tree changes.
        if let record = find(key), record.isLive { return (record, false) }
        return insertLive(key)
    }

    private mutating func insertLive(_ key: [UInt8]) -> (record: KeyRecord, isNew: Bool) {
        var insertion = Insertion()
        let split = key.withUnsafeBytes { insert(key, $0, into: root, &insertion) }
        if insertion.isNew {
            recordCount += 1
            keyBytes += key.count
        }
        if let split {
            let left = root
            root = KeyNode(isLeaf: false)
            root.bounds.append(split.separator)
            root.children.append(contentsOf: [left, split.right])
            root.liveCounts.append(contentsOf: [left.live, split.live])
            root.rebuildHeads()
        }
        guard let record = insertion.record else { preconditionFailure("nothing inserted") }
        return (record, insertion.isNew)
    }

    private func insert(
        _ key: [UInt8], _ bytes: UnsafeRawBufferPointer, into node: KeyNode,
        _ insertion: inout Insertion
    ) -> Split? {
        if node.isLeaf { return insert(key, bytes, intoLeaf: node, &insertion) }
        let index = node.childIndex(for: bytes)
        let split = insert(key, bytes, into: node.children[index], &insertion)
        if insertion.liveDelta != 0 { node.liveCounts[index] += insertion.liveDelta }
        guard let split else { return nil }
        node.liveCounts[index] -= split.live
        node.bounds.insert(split.separator, at: index)
        node.noteInserted(split.separator, at: index)
        node.children.insert(split.right, at: index + 1)
        node.liveCounts.insert(split.live, at: index + 1)
        guard node.children.count > Limits.nodeWidthMax - 1 else { return nil }
        return self.split(inner: node, atEnd: index + 2 == node.children.count)
    }

    private func insert(
        _ key: [UInt8], _ bytes: UnsafeRawBufferPointer, intoLeaf leaf: KeyNode,
        _ insertion: inout Insertion
    ) -> Split? {
        let place = leaf.position(of: bytes)
        if place.isFound {
            let record = leaf.records[place.index]
            insertion.record = record
            insertion.liveDelta = record.isLive ? 0 : 1
            record.isLive = true
            return nil
        }
        let record = KeyRecord(key: key)
        record.isLive = true
        insertion = Insertion(record: record, liveDelta: 1, isNew: true)
        leaf.records.insert(record, at: place.index)
        leaf.noteInserted(key, at: place.index)
        guard leaf.records.count > Limits.nodeWidthMax - 1 else { return nil }
        return split(leaf: leaf, atEnd: place.index + 1 == leaf.records.count)
    }

    /// Ascending inserts leave full nodes behind: a node that grew at its end keeps all but the newest.
    private func split(leaf: KeyNode, atEnd: Bool) -> Split {
        let middle = atEnd ? leaf.records.count - 1 : leaf.records.count / 2
        let right = KeyNode(isLeaf: true)
        right.records.append(contentsOf: leaf.records[middle...])
        leaf.records.removeSubrange(middle...)
        leaf.rebuildHeads()
        right.rebuildHeads()
        return Split(separator: right.key(at: 0), right: right, live: right.live)
    }

    private func split(inner: KeyNode, atEnd: Bool) -> Split {
        let middle = atEnd ? inner.children.count - 1 : inner.children.count / 2
        let right = KeyNode(isLeaf: false)
        right.children.append(contentsOf: inner.children[middle...])
        right.liveCounts.append(contentsOf: inner.liveCounts[middle...])
        right.bounds.append(contentsOf: inner.bounds[middle...])
        let separator = inner.bounds[middle - 1]
        inner.children.removeSubrange(middle...)
        inner.liveCounts.removeSubrange(middle...)
        inner.bounds.removeSubrange((middle - 1)...)
        inner.rebuildHeads()
        right.rebuildHeads()
        return Split(separator: separator, right: right, live: right.live)
    }
}
