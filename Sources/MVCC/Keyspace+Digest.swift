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
        visitChanges(from: compactedRevision) { change in
            digest.add(change.revision.main)
            digest.add(UInt64(change.revision.sub) << 1 | (change.isDelete ? 1 : 0))
            digest.add(change.key)
            let isPreviousReadable =
                change.previous.exists && change.revision.main > compactedRevision
            if isPreviousReadable { digest.add(change.previous) }
            return true
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
