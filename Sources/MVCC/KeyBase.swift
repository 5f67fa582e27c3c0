/// What lies below a `Keyspace`: the keys and changes up to the flushed revision, on a disk. It may be ahead of
/// what its keyspace takes it for, by a flush that has just ended; never behind.
package protocol KeyBase: AnyObject {
    /// The state of `key` at main revision `revision`, or its newest one if nil; nil if it does not exist then.
    func state(of key: [UInt8], at revision: Int64?) throws(KeyBaseError) -> KeyState?

    /// The first keys of `interval` (or the last ones) that exist at main revision `revision`, or now if nil,
    /// with their states: at most `keysMax` keys are looked at.
    func piece(
        of interval: KeyInterval, at revision: Int64?, descending: Bool, keysMax: Int
    ) throws(KeyBaseError) -> KeyPiece

    /// Calls `body` with the changes from main revision `start` on, in order, until it returns false.
    func visitChanges(
        from start: Int64, _ body: (FlushedChange) -> Bool
    ) throws(KeyBaseError)

    /// The changes from main revision `start` up to `end` whose keys lie in `interval`, whole revisions, about
    /// `changesMax` of them at most.
    func changes(
        from start: Int64, upTo end: Int64, in interval: KeyInterval, changesMax: Int
    ) throws(KeyBaseError) -> ChangeBatch
}

extension KeyBase {
    /// The first change from main revision `start` on.
    package func firstChange(from start: Int64) throws(KeyBaseError) -> FlushedChange? {
        var first: FlushedChange?
        try visitChanges(from: start) { change in
            first = change
            return false
        }
        return first
    }
}

/// A base that cannot be read, in words. Nothing that was read from it before may be served.
package struct KeyBaseError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// A part of an interval as a base knows it.
package struct KeyPiece: Sendable {
    /// Keys in the order that was asked for, none twice.
    package let pairs: [KeyPair]
    /// What was not looked at; nil if the interval is exhausted.
    package let rest: KeyInterval?

    package init(pairs: [KeyPair], rest: KeyInterval?) {
        self.pairs = pairs
        self.rest = rest
    }
}

/// A key with a state.
package struct KeyPair: Equatable, Sendable {
    package let key: [UInt8]
    package let state: KeyState

    package init(key: [UInt8], state: KeyState) {
        self.key = key
        self.state = state
    }
}

/// A change as a base keeps it, and as a flush hands it over.
package struct FlushedChange: Equatable, Sendable {
    package let revision: Revision
    package let key: [UInt8]
    package let isDelete: Bool
    /// The key's state before.
    package let previous: KeyState
    /// What all earlier changes ever counted: changed keys and their values before.
    package let bytesBefore: Int

    package init(
        revision: Revision, key: [UInt8], isDelete: Bool, previous: KeyState, bytesBefore: Int
    ) {
        self.revision = revision
        self.key = key
        self.isDelete = isDelete
        self.previous = previous
        self.bytesBefore = bytesBefore
    }
}

/// A key that changed since the last flush, as a flush hands it over.
package struct FlushedKey: Equatable, Sendable {
    package let key: [UInt8]
    /// As of the freeze; a state that does not exist if the key was deleted.
    package let state: KeyState
    /// Its changes since the last flush, oldest first, without those below the compacted revision.
    package let changes: [Revision]

    package init(key: [UInt8], state: KeyState, changes: [Revision]) {
        self.key = key
        self.state = state
        self.changes = changes
    }
}
