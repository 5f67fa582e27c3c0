internal import Basics
internal import MVCC

/// Intervals of keys, each with its groups, by their lower ends: a treap whose nodes know the highest upper end below
/// them, so that those that hold a key are found without a look at the others. Priorities are drawn, so that no client
/// can make it a list.
struct IntervalTree {
    final class Node {
        let interval: KeyInterval
        let lower: [UInt8]
        /// Nil: above every key.
        let upper: [UInt8]?
        let priority: UInt64
        var groups: WatchGroup
        /// The highest upper end of this node and those below it.
        var highest: [UInt8]?
        var left: Node?
        var right: Node?

        init(_ group: WatchGroup, priority: UInt64) {
            interval = group.interval
            lower = interval.lower
            upper = interval.upper
            groups = group
            highest = upper
            self.priority = priority
        }

        func refresh() {
            highest = upper
            for child in [left, right] {
                guard let child, let known = highest else { continue }
                guard let other = child.highest else {
                    highest = nil
                    continue
                }
                if KeyOrder.compare(other, known) > 0 { highest = other }
            }
        }
    }

    private var root: Node?
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// The node of an interval; nil if it has none.
    func find(_ interval: KeyInterval) -> Node? {
        var node = root
        let (lower, upper) = (interval.lower, interval.upper)
        while let here = node {
            let order = Self.compare(lower, upper, here)
            if order == 0 { return here }
            node = order < 0 ? here.left : here.right
        }
        return nil
    }

    /// Adds an interval that is not there yet.
    mutating func insert(_ group: WatchGroup) {
        root = Self.insert(Node(group, priority: random.next()), into: root)
    }

    mutating func remove(_ node: Node) { root = Self.remove(node, from: root) }

    /// Calls `body` with the groups of each interval that holds `key`.
    func visit(holding key: [UInt8], _ body: (WatchGroup) -> Void) {
        Self.visit(root, key, body)
    }

    private static func visit(_ node: Node?, _ key: [UInt8], _ body: (WatchGroup) -> Void) {
        guard let node else { return }
        if let highest = node.highest, KeyOrder.compare(highest, key) <= 0 { return }
        visit(node.left, key, body)
        // What follows begins above the key.
        guard KeyOrder.compare(node.lower, key) <= 0 else { return }
        if node.interval.contains(key) { body(node.groups) }
        visit(node.right, key, body)
    }

    private static func compare(_ lower: [UInt8], _ upper: [UInt8]?, _ node: Node) -> Int {
        let order = KeyOrder.compare(lower, node.lower)
        if order != 0 { return order }
        switch (upper, node.upper) {
        case (nil, nil): return 0
        case (nil, _): return 1
        case (_, nil): return -1
        case (let one?, let other?): return KeyOrder.compare(one, other)
        }
    }

    private static func insert(_ new: Node, into node: Node?) -> Node {
        guard let node else { return new }
        guard new.priority <= node.priority else {
            (new.left, new.right) = split(node, new)
            new.refresh()
            return new
        }
        if compare(new.lower, new.upper, node) < 0 {
            node.left = insert(new, into: node.left)
        } else {
            node.right = insert(new, into: node.right)
        }
        node.refresh()
        return node
    }

    /// What comes before `new`, and what comes behind it.
    private static func split(_ node: Node?, _ new: Node) -> (Node?, Node?) {
        guard let node else { return (nil, nil) }
        if compare(new.lower, new.upper, node) < 0 {
            let (before, behind) = split(node.left, new)
            node.left = behind
            node.refresh()
            return (before, node)
        }
        let (before, behind) = split(node.right, new)
        node.right = before
        node.refresh()
        return (node, behind)
    }

    private static func remove(_ old: Node, from node: Node?) -> Node? {
        guard let node else { preconditionFailure("an interval that is not there") }
        if node === old { return join(node.left, node.right) }
        if compare(old.lower, old.upper, node) < 0 {
            node.left = remove(old, from: node.left)
        } else {
            node.right = remove(old, from: node.right)
        }
        node.refresh()
        return node
    }

    private static func join(_ left: Node?, _ right: Node?) -> Node? {
        guard let left else { return right }
        guard let right else { return left }
        if left.priority >= right.priority {
            left.right = join(left.right, right)
            left.refresh()
            return left
        }
        right.left = join(left, right.left)
        right.refresh()
        return right
    }
}
