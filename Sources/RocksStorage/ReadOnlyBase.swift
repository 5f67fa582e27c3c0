internal import Basics
package import MVCC
package import Rows

/// The base on a disk for somebody who only looks at it: not a byte of the directory is changed, also where something
/// is found to be damaged. Nobody else may have the directory open.
package final class ReadOnlyBase: Base {
    private let rows: RowStore

    /// The keys.
    package let keys: any KeyBase

    /// Opens the base in `directory`.
    ///
    /// - Parameter cacheBytes: what blocks, indexes and filters may take of the memory.
    /// - Throws: `damaged` if there was a base that is not as it was written.
    /// - Returns: nil if nothing was ever flushed there.
    package static func open(
        directory path: String, cacheBytes: Int
    ) throws(BaseError) -> ReadOnlyBase? {
        let directory = try BaseDirectory(reading: path)
        switch directory.pointer {
        case .empty: return nil
        case .damaged(let number): throw .damaged("store \(number) in \(path) was found to be so")
        case .store(let number):
            return try BaseDirectory.performing { () throws(RowError) in
                try ReadOnlyBase(directory.storePath(number), cacheBytes)
            }
        }
    }

    private init(_ storePath: String, _ cacheBytes: Int) throws(RowError) {
        rows = try RowStore(
            directory: storePath, .readOnly, startName: "", cacheBytes: cacheBytes)
        keys = KeyRows(rows)
    }

    package func tables() throws(RowError) -> [TableRow] { try TableRow.all(in: rows) }

    package func submit(_ operation: BaseOperation, ticket: UInt64) {
        preconditionFailure("no replica runs on a base that is only looked at")
    }

    package func takeCompletions() -> [BaseCompletion] { [] }

    /// Whoever opens it for writing finds it out as well.
    package func condemn() {}

    package var isBehind: Bool { rows.isBehind }

    package var keptSnapshots: [UInt64] { [] }

    package var byteCount: Int { rows.byteCount }

    package func limitCache(toBytes bytes: Int) { rows.limitCache(toBytes: bytes) }
}
