internal import CRocksDB
internal import Basics
internal import MVCC
package import Rows
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// An ordered store of rows in a directory: RocksDB with one column family, and without its log. Rows come in
/// runs, which are taken in whole and durably or not at all.
///
/// All calls block. They may come from several threads, but one thread at a time makes and takes in runs.
package final class RowStore: RowStoring, @unchecked Sendable {
    /// What is expected of the directory.
    package enum Opening: Sendable {
        /// There is none yet.
        case new
        /// There is one: what is missing is damage.
        case existing
        /// There is one, and not a byte of it is changed.
        case readOnly
    }

    let raw: OpaquePointer
    private let options: RowOptions
    private let reading: OpaquePointer
    private let ingestion: OpaquePointer
    private let runsDirectory: String
    /// Names runs, with the start's own name: no file is ever made twice.
    private var runCount = 0
    private let startName: String
    /// How often merging had failed when runs were last taken in.
    private let failuresKnown = Atomic(0)

    /// Opens the store in `directory`.
    ///
    /// - Parameters:
    ///   - startName: another one at each start: the boot number will do.
    ///   - readsDirectly: blocks are read past the kernel's memory, which must be possible.
    package init(
        directory: String, _ opening: Opening, startName: String,
        cacheBytes: Int = Limits.cacheBytesDefault, readsDirectly: Bool = false
    ) throws(RowError) {
        options = RowOptions(cacheBytes: cacheBytes)
        if readsDirectly { rocksdb_options_set_use_direct_reads(options.raw, 1) }
        self.startName = startName
        runsDirectory = directory + "/runs"
        if opening == .new {
            try Files.makeDirectory(directory)
            try Files.makeDirectory(runsDirectory)
            rocksdb_options_set_create_if_missing(options.raw, 1)
            rocksdb_options_set_error_if_exists(options.raw, 1)
        }
        if opening != .readOnly { try Self.removeLeftovers(runsDirectory) }
        raw = try Self.open(directory + "/rows", opening, options)
        do throws(RowError) {
            // RocksDB does not flush the directory that its own lies in.
            if opening == .new { try Files.syncDirectory(directory) }
        } catch {
            rocksdb_close(raw)
            throw error
        }
        reading = Self.readOptions()
        guard let ingestion = rocksdb_ingestexternalfileoptions_create() else {
            preconditionFailure("RocksDB gives no options: out of memory")
        }
        self.ingestion = ingestion
        rocksdb_ingestexternalfileoptions_set_move_files(ingestion, 1)
        rocksdb_ingestexternalfileoptions_set_allow_global_seqno(ingestion, 1)
        rocksdb_ingestexternalfileoptions_set_snapshot_consistency(ingestion, 0)
    }

    deinit {
        rocksdb_ingestexternalfileoptions_destroy(ingestion)
        rocksdb_readoptions_destroy(reading)
        rocksdb_close(raw)
    }

    // MARK: Reading

    package func value(of key: [UInt8]) throws(RowError) -> [UInt8]? {
        let slice = try key.withUnsafeBytes { key in
            let key = key.bound
            return Result { () throws(RowError) in
                try rocks { rocksdb_get_pinned(raw, reading, key.baseAddress, key.count, $0) }
            }
        }.get()
        guard let slice else { return nil }
        defer { rocksdb_pinnableslice_destroy(slice) }
        var count = 0
        let start = rocksdb_pinnableslice_value(slice, &count)
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    package func visit(
        from lower: [UInt8], to upper: [UInt8], descending: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(RowError) {
        try visit(from: lower, to: upper, descending: descending, keepsCache: false, body)
    }

    /// - Parameter keepsCache: what is read does not push out of the cache what is there.
    func visit(
        from lower: [UInt8], to upper: [UInt8], descending: Bool, keepsCache: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(RowError) {
        guard KeyOrder.compare(lower, upper) < 0 else { return }
        let cursor = RowCursor(
            self, lower: lower, upper: upper,
            readaheadBytes: keepsCache ? Limits.readaheadBytes : nil)
        if descending { cursor.seekToLast() } else { cursor.seekToFirst() }
        while let key = try cursor.key(), body(key, cursor.value) {
            if descending { cursor.previous() } else { cursor.next() }
        }
    }

    /// Reads all there is, with its checksums.
    ///
    /// - Parameter goOn: called again and again; what it throws ends the reading.
    func verify(_ goOn: () throws(RowError) -> Void) throws(RowError) {
        var end: RowError?
        var count = 0
        try visit(from: [0], to: [.max], descending: false, keepsCache: true) { _, _ in
            count += 1
            guard count % Limits.rowsBetweenLooks == 0 else { return true }
            do throws(RowError) { try goOn() } catch { end = error }
            return end == nil
        }
        if let end { throw end }
    }

    // MARK: Writing

    package func makeRun(_ kind: RunKind) throws(RowError) -> any RowRun {
        runCount += 1
        return try RunFile(
            path: "\(runsDirectory)/\(startName)-\(runCount).run", kind, options: options)
    }

    /// Runs whose ranges of keys do not overlap can go straight to the oldest level.
    package func takeIn(_ runs: [any RowRun]) throws(RowError) {
        var filled: [RunFile] = []
        for run in runs {
            guard let run = run as? RunFile else { preconditionFailure("a run of another store") }
            if run.rowCount > 0 { filled.append(run) }
        }
        guard !filled.isEmpty else { return }
        for run in filled {
            try run.finish()
            // RocksDB tells the kernel to forget each file that it has written: without this the first read of each
            // state would go to the disk.
            if run.kind == .singly { Files.prefetch(run.path) }
        }
        let paths = filled.map { strdup($0.path) }
        defer { for path in paths { free(path) } }
        let list = paths.map { UnsafePointer($0) }
        do throws(RowError) {
            try rocks { rocksdb_ingest_external_file(raw, list, list.count, ingestion, $0) }
        } catch {
            // Whatever it was, RocksDB takes nothing in any more until it is opened again.
            throw error.isDamage ? error : RowError(error.description, .failure)
        }
        failuresKnown.store(failedMergeCount, ordering: .relaxed)
    }

    /// The index is filtered as RocksDB merges files. The history lies in files that are never merged again, and
    /// goes file by file.
    package func forget(compactedRevision revision: Int64) throws(RowError) {
        options.obsoleteRows.forget(compactedRevision: revision)
        guard revision > 0 else { return }
        let lower = [RowLayout.history].map(CChar.init(bitPattern:))
        let upper = RowLayout.historyKey(from: revision).map(CChar.init(bitPattern:))
        try rocks {
            rocksdb_delete_file_in_range(raw, lower, lower.count, upper, upper.count, $0)
        }
    }

    package var forgottenRevision: Int64 { options.obsoleteRows.forgottenRevision }

    /// Merges all files into one level: for tests, which cannot wait for it to happen.
    package func compact() { rocksdb_compact_range(raw, nil, 0, nil, 0) }

    /// Makes a copy of the store as it is now, in a new directory on the same disk, by links.
    package func checkpoint(at directory: String) throws(RowError) {
        let maker = try rocks { rocksdb_checkpoint_object_create(raw, $0) }
        defer { rocksdb_checkpoint_object_destroy(maker) }
        try Files.makeDirectory(directory)
        try rocks { rocksdb_checkpoint_create(maker, directory + "/rows", 0, $0) }
    }

    /// Nothing is merged any more. For a store whose files go.
    package func stopMerging() { rocksdb_cancel_all_background_work(raw, 1) }

    /// What is in the cache above the new limit goes at once.
    package func limitCache(toBytes bytes: Int) { options.limitCache(toBytes: bytes) }

    // MARK: Figures

    /// Ingestion does not stop at any number of files of the newest level, each of which costs every read a look.
    ///
    /// Merging that has failed may have ended for good, and then waiting is in vain: whoever flushes is told why, or
    /// finds that RocksDB has got over it.
    package var isBehind: Bool {
        newestLevelFileCount > Limits.newestLevelFilesMax
            && failedMergeCount == failuresKnown.load(ordering: .relaxed)
    }

    private var failedMergeCount: Int { property("rocksdb.background-errors") }

    package var newestLevelFileCount: Int { property("rocksdb.num-files-at-level0") }

    package var byteCount: Int { property("rocksdb.total-sst-files-size") }

    /// What the rows from `lower` up to, but without, `upper` take of the files, about: in whole blocks.
    func byteCount(from lower: [UInt8], to upper: [UInt8]) throws(RowError) -> Int {
        let (lower, upper) = (
            lower.map(CChar.init(bitPattern:)), upper.map(CChar.init(bitPattern:))
        )
        var (lowerCount, upperCount, size) = (lower.count, upper.count, UInt64(0))
        return try lower.withUnsafeBufferPointer { lower in
            upper.withUnsafeBufferPointer { upper in
                Result { () throws(RowError) in
                    var (start, end) = (lower.baseAddress, upper.baseAddress)
                    try rocks {
                        rocksdb_approximate_sizes(
                            raw, 1, &start, &lowerCount, &end, &upperCount, &size, $0)
                    }
                    return Int(size)
                }
            }
        }.get()
    }

    /// What the cache may take, in bytes.
    package var cacheBytesMax: Int { property("rocksdb.block-cache-capacity") }

    private func property(_ name: String) -> Int {
        guard let text = rocksdb_property_value(raw, name) else { return 0 }
        defer { rocksdb_free(text) }
        return Int(String(cString: text)) ?? 0
    }

    // MARK: Opening

    /// A killed process holds its lock until it is wholly gone.
    private static func open(
        _ directory: String, _ opening: Opening, _ options: RowOptions
    ) throws(RowError) -> OpaquePointer {
        var left = Limits.lockRetryMilliseconds
        while true {
            do throws(RowError) {
                let raw = try rocks {
                    opening == .readOnly
                        ? rocksdb_open_for_read_only(options.raw, directory, 0, $0)
                        : rocksdb_open(options.raw, directory, $0)
                }
                guard let raw else { preconditionFailure("RocksDB gives no store") }
                return raw
            } catch {
                guard left > 0, error.description.contains("lock") else {
                    throw opening == .new ? error : missing(error)
                }
                usleep(10_000)
                left -= 10
            }
        }
    }

    /// Of a store that was there, something that is missing is damage, whatever RocksDB calls it.
    private static func missing(_ error: RowError) -> RowError {
        let isMissing = ["No such file", "does not exist"].contains {
            error.description.contains($0)
        }
        return isMissing ? RowError(error.description, .damage) : error
    }

    private static func readOptions() -> OpaquePointer {
        guard let options = rocksdb_readoptions_create() else {
            preconditionFailure("RocksDB gives no options: out of memory")
        }
        rocksdb_readoptions_set_total_order_seek(options, 1)
        rocksdb_readoptions_set_verify_checksums(options, 1)
        return options
    }

    /// What lies there was not taken in, or is a second link to a file that was: neither is needed.
    private static func removeLeftovers(_ directory: String) throws(RowError) {
        try Files.makeDirectory(directory)
        for name in try Files.names(in: directory) { try Files.remove(directory + "/" + name) }
    }
}
