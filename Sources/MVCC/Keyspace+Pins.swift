/// Keys that a command which is about to run needs in memory.
extension Keyspace {
    /// Sees to it that the newest state of `key` does not leave memory before `unpinAll`.
    ///
    /// - Returns: false if it is not there: only the base knows it.
    package func pin(_ key: [UInt8]) -> Bool {
        if tree.find(key) == nil {
            guard isComplete else { return false }
            // That it does not exist must be known even when other keys have given way.
            insertClean(key, .absent)
        }
        guard let record = tree.find(key) else { preconditionFailure("a key that was put") }
        if !record.isPinned {
            record.isPinned = true
            pinned.append(record)
        }
        return true
    }

    /// Every key may give way again.
    package func unpinAll() {
        for record in pinned { record.isPinned = false }
        pinned.removeAll(keepingCapacity: true)
    }
}
