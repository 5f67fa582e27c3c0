internal import CRocksDB
internal import Rows

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Rows on their way into a `RowStore`: a file that is written in ascending order of keys, and becomes part of
/// the store when it is taken in.
final class RunFile: RowRun {
    let path: String
    let kind: RunKind
    private let raw: OpaquePointer
    private let options: RowOptions
    private(set) var rowCount = 0
    private var isFinished = false

    /// `path` must be new: RocksDB opens what is there and truncates it, and a left-over of a crash is one
    /// file with a living one.
    init(path: String, _ kind: RunKind, options: RowOptions) throws(RowError) {
        self.path = path
        self.kind = kind
        self.options = options
        guard let raw = rocksdb_sstfilewriter_create(options.environment, options.raw(for: kind))
        else {
            preconditionFailure("RocksDB gives no writer of rows: out of memory")
        }
        self.raw = raw
        try rocks { rocksdb_sstfilewriter_open(raw, path, $0) }
    }

    /// What was taken in has another name by now.
    deinit {
        rocksdb_sstfilewriter_destroy(raw)
        unlink(path)
    }

    func put(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(RowError) {
        let (key, value) = (key.bound, value.bound)
        try rocks {
            rocksdb_sstfilewriter_put(
                raw, key.baseAddress, key.count, value.baseAddress, value.count, $0)
        }
        rowCount += 1
    }

    func delete(_ key: UnsafeRawBufferPointer) throws(RowError) {
        let key = key.bound
        try rocks { rocksdb_sstfilewriter_delete(raw, key.baseAddress, key.count, $0) }
        rowCount += 1
    }

    /// Nothing can be added afterwards.
    func finish() throws(RowError) {
        precondition(!isFinished, "a run is finished once")
        isFinished = true
        try rocks { rocksdb_sstfilewriter_finish(raw, $0) }
    }
}
