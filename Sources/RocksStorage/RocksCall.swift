internal import CRocksDB
internal import Rows

/// Calls `body` with a place for RocksDB's complaint, and throws what it finds there.
func rocks<Result>(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) throws(RowError) -> Result {
    var complaint: UnsafeMutablePointer<CChar>?
    let result = body(&complaint)
    guard let complaint else { return result }
    defer { rocksdb_free(complaint) }
    throw RowError(rocks: String(cString: complaint))
}

extension RowError {
    /// An error in RocksDB's words, which begin with its kind.
    init(rocks text: String) {
        let kind: Kind =
            if text.hasPrefix("Corruption") {
                .damage
            } else if text.contains("No space left") {
                .noSpace
            } else {
                .failure
            }
        self.init("RocksDB: \(text)", kind)
    }
}

extension UnsafeRawBufferPointer {
    /// As C's characters.
    var bound: UnsafeBufferPointer<CChar> { bindMemory(to: CChar.self) }
}
