internal import CRocksDB

/// A failed call to RocksDB, in its words.
package struct RocksError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Calls `body` with a place for RocksDB's complaint, and throws what it finds there.
func rocks<Result>(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) throws(RocksError) -> Result {
    var complaint: UnsafeMutablePointer<CChar>?
    let result = body(&complaint)
    guard let complaint else { return result }
    defer { rocksdb_free(complaint) }
    throw RocksError(String(cString: complaint))
}
