extension KeyTree {
    /// Fails if the tree is not a tree: for tests and for the simulator.
    func checkInvariants() {
        var count = 0
        var last: [UInt8]?
        _ = checkNode(root, lower: nil, upper: nil)
        visit(.unbounded(lower: [])) { record in
            if let last {
                precondition(KeyOrder.compare(last, record.key) < 0, "keys out of order")
            }
            precondition(record.isLive == record.state.exists, "a key is counted wrongly")
            last = record.key
            count += 1
            return true
        }
        precondition(count == recordCount, "\(recordCount) records noted, \(count) there")
    }

    /// Returns the height of `node` and the live records below it.
    private func checkNode(
        _ node: KeyNode, lower: [UInt8]?, upper: [UInt8]?
    ) -> (height: Int, live: Int) {
        precondition(node.width <= Limits.nodeWidthMax, "a node is too wide")
        for index in 0..<node.keyCount {
            let key = node.key(at: index)
            precondition(
                key.withUnsafeBytes { node.position(of: $0) } == (index, true), "not found again")
            if let lower { precondition(KeyOrder.compare(lower, key) <= 0, "below its node") }
            if let upper { precondition(KeyOrder.compare(key, upper) < 0, "above its node") }
        }
        guard !node.isLeaf else {
            precondition(node.keyCount == node.records.count, "keys without records")
            return (0, node.live)
        }
        precondition(
            node.bounds.count + 1 == node.children.count && node.keyCount == node.bounds.count,
            "children without bounds")
        var heights: [Int] = []
        for (index, child) in node.children.enumerated() {
            let below = checkNode(
                child, lower: index == 0 ? lower : node.bounds[index - 1],
                upper: index == node.bounds.count ? upper : node.bounds[index])
            precondition(below.live == node.liveCounts[index], "live keys counted wrongly")
            heights.append(below.height)
        }
        precondition(heights.allSatisfy { $0 == heights[0] }, "leaves at different depths")
        return (heights[0] + 1, node.live)
    }
}
