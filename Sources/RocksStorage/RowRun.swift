internal import CRocksDB

/// Rows on their way into a `RowStore`: a file that is written in ascending order of keys, and becomes part of
/// the store when it is taken in.
package final class RowRun {
    let path: String
    private let raw: OpaquePointer
    private let options: RowOptions
    package private(set) var rowCount = 0
    private(set) var isFinished = false

    /// `path` must be new: RocksDB opens what is there and truncates it, and a left-over of a crash is one
    /// file with a living one.
    init(path: String, options: RowOptions) throws(RocksError) {
        self.path = path
        self.options = options
        guard let raw = rocksdb_sstfilewriter_create(options.environment, options.raw) else {
            throw RocksError("no writer of rows")
        }
        self.raw = raw
        try rocks { rocksdb_sstfilewriter_open(raw, path, $0) }
    }

    deinit { rocksdb_sstfilewriter_destroy(raw) }

    /// Adds a row. Its key is above all that were added before.
    package func put(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(RocksError) {
        let (key, value) = (key.bound, value.bound)
        try rocks {
            rocksdb_sstfilewriter_put(
                raw, key.baseAddress, key.count, value.baseAddress, value.count, $0)
        }
        rowCount += 1
    }

    /// Takes a row away. Its key is above all that were added before.
    package func delete(_ key: UnsafeRawBufferPointer) throws(RocksError) {
        let key = key.bound
        try rocks { rocksdb_sstfilewriter_delete(raw, key.baseAddress, key.count, $0) }
        rowCount += 1
    }

    /// Nothing can be added afterwards.
    func finish() throws(RocksError) {
        precondition(!isFinished, "a run is finished once")
        isFinished = true
        try rocks { rocksdb_sstfilewriter_finish(raw, $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// As C's characters.
    var bound: UnsafeBufferPointer<CChar> { bindMemory(to: CChar.self) }
}
