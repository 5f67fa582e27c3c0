extension KeyTree {
    /// Calls `body` with the records of `interval`, dead ones too, in key order or against it, until
    /// it returns false. The tree must not change meanwhile.
    func visit(
        _ interval: KeyInterval, descending: Bool = false, _ body: (KeyRecord) -> Bool
    ) {
        if case .single(let key) = interval {
            if let record = find(key) { _ = body(record) }
            return
        }
        let lower = interval.lower
        let upper = interval.upper
        if let upper, KeyOrder.compare(lower, upper) >= 0 { return }
        lower.withUnsafeBytes { low in
            guard let upper else {
                _ = visit(root, low, nil, descending, body)
                return
            }
            upper.withUnsafeBytes { _ = visit(root, low, $0, descending, body) }
        }
    }

    /// A nil bound is no bound: inside the interval the nodes in the middle need no comparison.
    private func visit(
        _ node: KeyNode, _ lower: UnsafeRawBufferPointer?, _ upper: UnsafeRawBufferPointer?,
        _ descending: Bool, _ body: (KeyRecord) -> Bool
    ) -> Bool {
        if node.isLeaf {
            let start = lower.map { node.position(of: $0).index } ?? 0
            let end = upper.map { node.position(of: $0).index } ?? node.records.count
            return visit(node, start, max(start, end), descending, body)
        }
        let start = lower.map { node.childIndex(for: $0) } ?? 0
        let end = upper.map { node.childIndex(for: $0) } ?? node.children.count - 1
        for step in 0...(end - start) {
            let index = descending ? end - step : start + step
            let isGoingOn = visit(
                node.children[index], index == start ? lower : nil, index == end ? upper : nil,
                descending, body)
            if !isGoingOn { return false }
        }
        return true
    }

    private func visit(
        _ leaf: KeyNode, _ start: Int, _ end: Int, _ descending: Bool, _ body: (KeyRecord) -> Bool
    ) -> Bool {
        for step in 0..<(end - start) {
            let index = descending ? end - 1 - step : start + step
            if !body(leaf.records[index]) { return false }
        }
        return true
    }
}
