internal import MVCC

/// The live watches by what they watch: single keys in a hash map, intervals in a tree.
struct WatchIndex {
    /// A key that is hashed as a whole: an array hashes its bytes one by one.
    private struct SingleKey: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// Asked by its keys only.
    private var singles: [SingleKey: WatchGroup] = [:]
    private var intervals: IntervalTree

    init(seed: UInt64) { intervals = IntervalTree(seed: seed) }

    mutating func add(_ watcher: Watcher) {
        if case .single(let key) = watcher.interval {
            if let first = singles[SingleKey(bytes: key)] {
                Self.add(watcher, first)
            } else {
                let group = WatchGroup(watcher.interval, watcher.options)
                group.add(watcher)
                singles[SingleKey(bytes: key)] = group
            }
        } else if let node = intervals.find(watcher.interval) {
            Self.add(watcher, node.groups)
        } else {
            let group = WatchGroup(watcher.interval, watcher.options)
            group.add(watcher)
            intervals.insert(group)
        }
    }

    mutating func remove(_ watcher: Watcher) {
        guard let group = watcher.group else { preconditionFailure("a live watch has a group") }
        group.remove(watcher)
        guard group.count == 0 else { return }
        if case .single(let key) = group.interval {
            guard let first = singles[SingleKey(bytes: key)] else {
                preconditionFailure("a group that is lost")
            }
            singles[SingleKey(bytes: key)] = Self.without(group, first)
            return
        }
        guard let node = intervals.find(group.interval) else {
            preconditionFailure("a group that is lost")
        }
        if let first = Self.without(group, node.groups) {
            node.groups = first
        } else {
            intervals.remove(node)
        }
    }

    /// Calls `body` with each group that watches `key`.
    func visit(_ key: [UInt8], _ body: (WatchGroup) -> Void) {
        if let first = singles[SingleKey(bytes: key)] { Self.visit(first, body) }
        intervals.visit(holding: key) { Self.visit($0, body) }
    }

    private static func visit(_ first: WatchGroup, _ body: (WatchGroup) -> Void) {
        var group: WatchGroup? = first
        while let here = group {
            body(here)
            group = here.sibling
        }
    }

    private static func add(_ watcher: Watcher, _ first: WatchGroup) {
        var group = first
        while group.options != watcher.options {
            if let sibling = group.sibling {
                group = sibling
            } else {
                let sibling = WatchGroup(watcher.interval, watcher.options)
                group.sibling = sibling
                group = sibling
            }
        }
        group.add(watcher)
    }

    private static func without(_ group: WatchGroup, _ first: WatchGroup) -> WatchGroup? {
        if first === group { return group.sibling }
        var before = first
        while let sibling = before.sibling, sibling !== group { before = sibling }
        before.sibling = group.sibling
        return first
    }
}
