internal import CRocksDB
#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// An ordered store of rows in a directory: RocksDB with one column family, and without its log. Rows come in
/// runs, which are taken in whole and durably or not at all.
///
/// All calls block. They may come from several threads, but one thread at a time makes and takes in runs.
package final class RowStore: @unchecked Sendable {
    let raw: OpaquePointer
    private let options: RowOptions
    private let reading: OpaquePointer
    private let cacheOnly: OpaquePointer
    private let ingestion: OpaquePointer
    private let runsDirectory: String
    /// Names runs, with the start's own name: no file is ever made twice.
    private var runCount = 0
    private let startName: String

    /// Opens the store in `directory`, which is made if it is missing.
    ///
    /// - Parameter startName: another one at each start: the boot number will do.
    package init(
        directory: String, startName: String, cacheBytes: Int = Limits.cacheBytesDefault
    ) throws(RocksError) {
        options = RowOptions(cacheBytes: cacheBytes)
        self.startName = startName
        runsDirectory = directory + "/runs"
        raw = try Self.open(directory + "/rows", options)
        reading = Self.readOptions()
        cacheOnly = Self.readOptions()
        // kBlockCacheTier: it never says that a row is absent that is not.
        rocksdb_readoptions_set_read_tier(cacheOnly, 1)
        guard let ingestion = rocksdb_ingestexternalfileoptions_create() else {
            preconditionFailure("RocksDB gives no options: out of memory")
        }
        self.ingestion = ingestion
        rocksdb_ingestexternalfileoptions_set_move_files(ingestion, 1)
        rocksdb_ingestexternalfileoptions_set_allow_global_seqno(ingestion, 1)
        rocksdb_ingestexternalfileoptions_set_snapshot_consistency(ingestion, 0)
        try removeLeftovers()
    }

    deinit {
        rocksdb_ingestexternalfileoptions_destroy(ingestion)
        rocksdb_readoptions_destroy(reading)
        rocksdb_readoptions_destroy(cacheOnly)
        rocksdb_close(raw)
    }

    // MARK: Reading

    /// The value of a row. With `cachedOnly` no disk is read.
    package func value(
        of key: UnsafeRawBufferPointer, cachedOnly: Bool = false
    ) throws(RocksError) -> RowLookup {
        let key = key.bound
        do throws(RocksError) {
            let slice = try rocks {
                rocksdb_get_pinned(
                    raw, cachedOnly ? cacheOnly : reading, key.baseAddress, key.count, $0)
            }
            guard let slice else { return .absent }
            defer { rocksdb_pinnableslice_destroy(slice) }
            var count = 0
            let start = rocksdb_pinnableslice_value(slice, &count)
            return .found(Array(UnsafeRawBufferPointer(start: start, count: count)))
        } catch {
            if cachedOnly, error.description.hasPrefix("Result incomplete") { return .unknown }
            throw error
        }
    }

    /// The rows of `lower` up to, but without, `upper`, as they are now.
    package func cursor(from lower: [UInt8], to upper: [UInt8]) -> RowCursor {
        RowCursor(self, lower: lower, upper: upper)
    }

    // MARK: Writing

    /// An empty run.
    package func makeRun() throws(RocksError) -> RowRun {
        runCount += 1
        return try RowRun(
            path: "\(runsDirectory)/\(startName)-\(runCount).run", options: options)
    }

    /// Takes in the rows of all runs, in one step: after a crash all of them are there, or none. Durable when it
    /// returns. Of a key in several runs the last one counts; runs whose ranges of keys do not overlap can go
    /// straight to the oldest level. Empty ones are left out.
    package func ingest(_ runs: [RowRun]) throws(RocksError) {
        let filled = runs.filter { $0.rowCount > 0 }
        for run in filled { try run.finish() }
        guard !filled.isEmpty else { return }
        let paths = filled.map { strdup($0.path) }
        defer { for path in paths { free(path) } }
        let list = paths.map { UnsafePointer($0) }
        try rocks { rocksdb_ingest_external_file(raw, list, list.count, ingestion, $0) }
        for run in runs { unlink(run.path) }
    }

    /// Frees the files that lie wholly between two keys, whose rows nobody reads any more.
    package func dropFiles(from lower: [UInt8], to upper: [UInt8]) throws(RocksError) {
        let (lower, upper) = (
            lower.map(CChar.init(bitPattern:)), upper.map(CChar.init(bitPattern:))
        )
        try rocks {
            rocksdb_delete_file_in_range(raw, lower, lower.count, upper, upper.count, $0)
        }
    }

    /// Makes a copy of the store as it is now, in a new directory on the same disk, by links: it can be opened
    /// by its own.
    package func checkpoint(at directory: String) throws(RocksError) {
        let maker = try rocks { rocksdb_checkpoint_object_create(raw, $0) }
        defer { rocksdb_checkpoint_object_destroy(maker) }
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw RocksError("\(directory) cannot be made: \(String(cString: strerror(errno)))")
        }
        try rocks { rocksdb_checkpoint_create(maker, directory + "/rows", 0, $0) }
    }

    // MARK: Figures

    /// Files of the newest level: each costs every read a look. Ingestion does not stop at any number of them,
    /// so that whoever flushes has to.
    package var newestLevelFileCount: Int { property("rocksdb.num-files-at-level0") }

    /// Bytes of all rows' files.
    package var byteCount: Int { property("rocksdb.total-sst-files-size") }

    private func property(_ name: String) -> Int {
        guard let text = rocksdb_property_value(raw, name) else { return 0 }
        defer { rocksdb_free(text) }
        return Int(String(cString: text)) ?? 0
    }

    // MARK: Opening

    /// A killed process holds its lock until it is wholly gone.
    private static func open(
        _ directory: String, _ options: RowOptions
    ) throws(RocksError) -> OpaquePointer {
        try makeDirectories(directory)
        var left = Limits.lockRetryMilliseconds
        while true {
            do throws(RocksError) {
                let raw = try rocks { rocksdb_open(options.raw, directory, $0) }
                guard let raw else { throw RocksError("RocksDB gives no store") }
                return raw
            } catch {
                guard left > 0, error.description.contains("lock") else { throw error }
                usleep(10_000)
                left -= 10
            }
        }
    }

    private static func makeDirectories(_ directory: String) throws(RocksError) {
        var path = ""
        for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
            path += path.isEmpty && part.isEmpty ? "/" : part + "/"
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw RocksError("\(path) cannot be made: \(String(cString: strerror(errno)))")
            }
        }
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
    private func removeLeftovers() throws(RocksError) {
        try Self.makeDirectories(runsDirectory)
        guard let stream = opendir(runsDirectory) else {
            throw RocksError("\(runsDirectory) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".run") { unlink(runsDirectory + "/" + name) }
        }
    }
}
