/// All that one node shows after the run, when everything that was answered has long been answered.
package struct NodeView: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var key: [UInt8]
        package var pair: Pair

        package init(key: [UInt8], pair: Pair) {
            self.key = key
            self.pair = pair
        }
    }

    package var node: Int
    /// The revision of the store whose content this is.
    package var revision: Int64
    /// All keys of the history that exist, each once, in byte order.
    package var entries: [Entry]

    package init(node: Int, revision: Int64, entries: [Entry]) {
        self.node = node
        self.revision = revision
        self.entries = entries
    }

    /// What the node shows of a key.
    package func pair(_ key: [UInt8]) -> Pair? {
        var range = entries.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if entries[middle].key == key { return entries[middle].pair }
            let isBelow = entries[middle].key.lexicographicallyPrecedes(key)
            range = isBelow ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}
