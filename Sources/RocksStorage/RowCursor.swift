internal import CRocksDB
internal import Rows

/// Goes through the rows between two keys, in either direction, as they were when it was made.
final class RowCursor {
    private let raw: OpaquePointer
    private let options: OpaquePointer
    private let store: RowStore
    private let upper: UnsafeMutableBufferPointer<CChar>
    private let lower: UnsafeMutableBufferPointer<CChar>

    /// The rows of `lower` up to, but without, `upper`.
    ///
    /// - Parameter readaheadBytes: for who reads all there is, once: so much is read ahead of each file, and nothing
    ///   of it stays in the cache.
    init(_ store: RowStore, lower: [UInt8], upper: [UInt8], readaheadBytes: Int? = nil) {
        self.store = store
        self.lower = Self.copy(lower)
        self.upper = Self.copy(upper)
        guard let options = rocksdb_readoptions_create() else {
            preconditionFailure("RocksDB gives no options: out of memory")
        }
        self.options = options
        rocksdb_readoptions_set_total_order_seek(options, 1)
        rocksdb_readoptions_set_verify_checksums(options, 1)
        if let readaheadBytes {
            rocksdb_readoptions_set_fill_cache(options, 0)
            rocksdb_readoptions_set_readahead_size(options, readaheadBytes)
        }
        rocksdb_readoptions_set_iterate_lower_bound(
            options, self.lower.baseAddress, self.lower.count)
        rocksdb_readoptions_set_iterate_upper_bound(
            options, self.upper.baseAddress, self.upper.count)
        guard let raw = rocksdb_create_iterator(store.raw, options) else {
            preconditionFailure("RocksDB gives no iterator: out of memory")
        }
        self.raw = raw
    }

    deinit {
        rocksdb_iter_destroy(raw)
        rocksdb_readoptions_destroy(options)
        lower.deallocate()
        upper.deallocate()
    }

    func seekToFirst() { rocksdb_iter_seek_to_first(raw) }
    func seekToLast() { rocksdb_iter_seek_to_last(raw) }
    func next() { rocksdb_iter_next(raw) }
    func previous() { rocksdb_iter_prev(raw) }

    /// The key of the row; nil at the end. Valid until the next step.
    ///
    /// - Throws: if what looks like the end is a row that cannot be read: corrupt is never empty.
    func key() throws(RowError) -> UnsafeRawBufferPointer? {
        guard rocksdb_iter_valid(raw) != 0 else {
            try rocks { rocksdb_iter_get_error(raw, $0) }
            return nil
        }
        var count = 0
        let start = rocksdb_iter_key(raw, &count)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    /// The value of the row. Valid until the next step.
    var value: UnsafeRawBufferPointer {
        precondition(rocksdb_iter_valid(raw) != 0, "a value of no row")
        var count = 0
        let start = rocksdb_iter_value(raw, &count)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    private static func copy(_ bytes: [UInt8]) -> UnsafeMutableBufferPointer<CChar> {
        let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
        _ = copy.initialize(from: bytes.lazy.map(CChar.init(bitPattern:)))
        return copy
    }
}
