extension KeyTree {
    /// Takes a dead record out of the tree.
    mutating func remove(_ record: KeyRecord) {
        precondition(!record.isLive, "a live key cannot be removed")
        let isRemoved = record.key.withUnsafeBytes { remove($0, from: root) }
        precondition(isRemoved, "the key is not in the tree")
        recordCount -= 1
        keyBytes -= record.key.count
        while !root.isLeaf && root.children.count == 1 { root = root.children[0] }
    }

    private func remove(_ key: UnsafeRawBufferPointer, from node: KeyNode) -> Bool {
        if node.isLeaf {
            let place = node.position(of: key)
            guard place.isFound else { return false }
            node.heads.remove(at: place.index)
            node.records.remove(at: place.index)
            return true
        }
        let index = node.childIndex(for: key)
        let child = node.children[index]
        guard remove(key, from: child) else { return false }
        if child.width < Limits.nodeWidthMin { mend(index, of: node) }
        return true
    }

    /// Joins the narrow child `index` with a neighbour, if the two fit into one.
    private func mend(_ index: Int, of node: KeyNode) {
        if index > 0, canJoin(index - 1, of: node) {
            join(index - 1, of: node)
        } else if index + 1 < node.children.count, canJoin(index, of: node) {
            join(index, of: node)
        }
    }

    private func canJoin(_ left: Int, of node: KeyNode) -> Bool {
        let widths = (node.children[left].width, node.children[left + 1].width)
        return widths.0 == 0 || widths.1 == 0 || widths.0 + widths.1 <= Limits.joinedWidthMax
    }

    /// Moves what child `left + 1` has into child `left`.
    private func join(_ left: Int, of node: KeyNode) {
        let target = node.children[left]
        let source = node.children[left + 1]
        if !target.isLeaf { target.bounds.append(node.bounds[left]) }
        target.bounds.append(contentsOf: source.bounds)
        target.records.append(contentsOf: source.records)
        target.children.append(contentsOf: source.children)
        target.liveCounts.append(contentsOf: source.liveCounts)
        node.liveCounts[left] += node.liveCounts[left + 1]
        target.rebuildHeads()
        node.bounds.remove(at: left)
        node.heads.remove(at: left)
        node.children.remove(at: left + 1)
        node.liveCounts.remove(at: left + 1)
    }
}
