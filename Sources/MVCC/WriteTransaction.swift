/// The changes of one request. They share one main revision and are numbered in order; reads at
/// `revision` see them at once, everybody else when `end` is called.
package struct WriteTransaction: ~Copyable {
    private let keyspace: Keyspace
    /// The main revision of the changes, and the one to read at inside the transaction.
    package let revision: Int64
    /// Changes made so far.
    package private(set) var changeCount: Int64 = 0

    fileprivate init(_ keyspace: Keyspace) {
        self.keyspace = keyspace
        revision = keyspace.revision + 1
    }

    /// The revision that reads inside the transaction name: the new one once something changed.
    package var readRevision: Int64 { changeCount == 0 ? revision - 1 : revision }

    /// Sets `key`, which must not be empty, and returns its state before; absent if there was none.
    @discardableResult
    package mutating func put(_ key: [UInt8], value: [UInt8], lease: Int64 = 0) -> KeyState {
        precondition(!key.isEmpty, "an empty key cannot be stored")
        let position = next()
        let record = keyspace.recordToWrite(key)
        let previous = record.state
        let isNew = !previous.exists
        record.state = KeyState(
            value: value, createRevision: isNew ? revision : previous.createRevision,
            modRevision: revision, version: previous.version + 1, lease: lease)
        let growth = value.count - previous.value.count
        keyspace.liveByteCount += growth + (isNew ? key.count : 0)
        keyspace.recordValueBytes += growth
        keyspace.writtenBytesEver += key.count + value.count
        if isNew { keyspace.keyCount += 1 }
        keyspace.changeDigest.add(key, record.state)
        keyspace.history.append(record, previous: previous, at: position, isDelete: false)
        return previous
    }

    /// Deletes the keys of `interval` in key order. `body` gets each key and its state before.
    ///
    /// - Returns: how many there were.
    @discardableResult
    package mutating func delete(
        _ interval: KeyInterval, _ body: ([UInt8], KeyState) -> Void = { _, _ in }
    ) -> Int {
        keyspace.load(interval)
        let before = changeCount
        _ = deleteInMemory(interval, keysMax: .max, body)
        return Int(changeCount - before)
    }

    /// Deletes the first keys of `interval`, looking at up to `keysMax` of them. `piece` is what the base has of the
    /// interval's beginning; nil if every key that exists is in memory.
    ///
    /// - Returns: what was not looked at; nil at the end.
    package mutating func deletePiece(
        of interval: KeyInterval, with piece: KeyPiece?, keysMax: Int,
        _ body: ([UInt8], KeyState) -> Void
    ) -> KeyInterval? {
        guard let piece else { return deleteInMemory(interval, keysMax: keysMax, body) }
        for pair in piece.pairs { keyspace.insertClean(pair.key, pair.state) }
        let seen = interval.part(before: piece.rest, descending: false)
        let stop = deleteInMemory(seen, keysMax: keysMax, body)
        return stop.map { interval.from($0.lower) } ?? piece.rest
    }

    /// Deletes keys that are in memory.
    ///
    /// - Returns: what was not looked at; nil at the end.
    private mutating func deleteInMemory(
        _ interval: KeyInterval, keysMax: Int, _ body: ([UInt8], KeyState) -> Void
    ) -> KeyInterval? {
        var doomed: [KeyRecord] = []
        var left = keysMax
        var rest: KeyInterval?
        keyspace.tree.visit(interval) { record in
            if left == 0 {
                rest = interval.from(record.key)
                return false
            }
            left -= 1
            if record.isLive { doomed.append(record) }
            return true
        }
        for record in doomed { delete(record, body) }
        return rest
    }

    private mutating func delete(_ record: KeyRecord, _ body: ([UInt8], KeyState) -> Void) {
        let position = next()
        let previous = record.state
        body(record.key, previous)
        keyspace.liveByteCount -= record.key.count + previous.value.count
        keyspace.recordValueBytes -= previous.value.count
        keyspace.keyCount -= 1
        keyspace.tree.makeDead(record)
        record.state = .deleted(at: revision)
        keyspace.changeDigest.add(record.key, record.state)
        keyspace.history.append(record, previous: previous, at: position, isDelete: true)
    }

    /// Makes the changes visible, and returns the store's revision: a new one if there were any.
    @discardableResult
    package consuming func end() -> Int64 {
        keyspace.openRevision = nil
        if changeCount > 0 { keyspace.revision = revision }
        return keyspace.revision
    }

    private mutating func next() -> Revision {
        defer { changeCount += 1 }
        keyspace.newestChange = revision
        keyspace.writtenBytesEver += Limits.entryOverheadBytes
        return Revision(main: revision, sub: changeCount)
    }
}

extension Keyspace {
    /// Begins the one transaction that may be open.
    package func beginWrite() -> WriteTransaction {
        precondition(!isWriting, "a transaction is open already")
        openRevision = revision + 1
        return WriteTransaction(self)
    }

    /// A seeded bug: what the open transaction has changed so far is visible at once.
    package func showOpenTransaction() { revision = newestChange }
}
