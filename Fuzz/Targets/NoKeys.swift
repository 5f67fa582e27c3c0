package import MVCC

/// A base without keys.
package final class NoKeys: KeyBase {
    package init() {}

    package func state(of key: [UInt8], at revision: Int64?) throws(KeyBaseError) -> KeyState? {
        nil
    }

    package func piece(
        of interval: KeyInterval, at revision: Int64?, descending: Bool, keysMax: Int
    ) throws(KeyBaseError) -> KeyPiece {
        KeyPiece(pairs: [], rest: nil)
    }

    package func visitChanges(
        from start: Int64, _ body: (FlushedChange) -> Bool
    ) throws(KeyBaseError) {}

    package func changes(
        from start: Int64, upTo end: Int64, in interval: KeyInterval, changesMax: Int
    ) throws(KeyBaseError) -> ChangeBatch {
        throw KeyBaseError("there are none")
    }
}
