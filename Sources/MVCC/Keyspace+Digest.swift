extension Keyspace {
    /// Adds everything that can be read from the table: how far memory was freed makes no difference.
    package func add(to digest: inout StateDigest) {
        digest.add(revision)
        digest.add(compactedRevision)
        digest.add(UInt64(logicalByteCount))
        _ = scan(.unbounded(lower: []), at: revision) { key, state in
            digest.add(key, state)
            return true
        }
        for index in history.firstEntry(from: compactedRevision)..<history.end {
            let entry = history[index]
            digest.add(entry.main)
            digest.add(UInt64(entry.sub) << 1 | (entry.isDelete ? 1 : 0))
            digest.add(entry.record?.key ?? [])
            let isPreviousReadable = entry.previous.exists && entry.main > compactedRevision
            if isPreviousReadable { digest.add(entry.previous) }
        }
        digest.add(changeDigest.value)
    }
}

extension StateDigest {
    /// Adds a key in a state.
    mutating func add(_ key: [UInt8], _ state: KeyState) {
        add(key)
        add(state)
    }

    fileprivate mutating func add(_ state: KeyState) {
        add(state.value)
        add(state.createRevision)
        add(state.modRevision)
        add(state.version)
        add(state.lease)
    }
}
