/// Keys that a command which is about to run needs in memory.
extension Keyspace {
    /// Sees to it that the newest state of `key` does not leave memory before `unpinAll`.
    ///
    /// - Returns: false if it is not there: only the base knows it.
    package func pin(_ key: [UInt8]) -> Bool {
        guard let record = tree.find(key) ?? absentRecord(key) else { return false }
        if !record.isPinned {
            record.isPinned = true
            pinned.append(record)
        }
        return true
    }

    /// A record of a key that is not in memory, if memory has all there are: that it does not exist must be known even
    /// when other keys have given way.
    private func absentRecord(_ key: [UInt8]) -> KeyRecord? {
        guard isComplete else { return nil }
        insertClean(key, .absent)
        return tree.find(key)
    }

    /// Every key may give way again.
    package func unpinAll() {
        for record in pinned { record.isPinned = false }
        pinned.removeAll(keepingCapacity: true)
    }
}
