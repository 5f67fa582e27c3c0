internal import CRocksDB
internal import Rows

/// How a store of rows works: its files, its memory, and how files are merged.
final class RowOptions {
    let environment: OpaquePointer
    private let singly: RowFormat
    private let inOrder: RowFormat
    private let cache: OpaquePointer
    private let limiter: OpaquePointer
    private let threads: OpaquePointer
    private let filter: OpaquePointer
    /// Which rows may be left out when files are merged.
    let obsoleteRows = ObsoleteRows()

    init(cacheBytes: Int) {
        guard let environment = rocksdb_envoptions_create(),
            let cache = rocksdb_cache_create_lru(cacheBytes),
            let limiter = rocksdb_ratelimiter_create(
                Limits.backgroundBytesPerSecond, Limits.backgroundRefillMicroseconds, 10),
            let threads = rocksdb_create_default_env()
        else { preconditionFailure("RocksDB gives no options: out of memory") }
        self.environment = environment
        self.cache = cache
        self.limiter = limiter
        self.threads = threads
        filter = obsoleteRows.makeFilter()
        singly = RowFormat(.singly, cache: cache)
        inOrder = RowFormat(.inOrder, cache: cache)
        setFiles()
        setMerging()
    }

    /// The store's own options, by which it merges files too. Rows that are read in order are never merged.
    var raw: OpaquePointer { singly.raw }

    /// The options of a new run.
    func raw(for kind: RunKind) -> OpaquePointer { kind == .singly ? singly.raw : inOrder.raw }

    deinit {
        rocksdb_envoptions_destroy(environment)
        rocksdb_cache_destroy(cache)
        rocksdb_ratelimiter_destroy(limiter)
        rocksdb_compactionfilter_destroy(filter)
        rocksdb_env_destroy(threads)
    }

    func limitCache(toBytes bytes: Int) { rocksdb_cache_set_capacity(cache, bytes) }

    private func setFiles() {
        rocksdb_options_set_create_if_missing(raw, 0)
        rocksdb_options_set_paranoid_checks(raw, 1)
        rocksdb_options_set_target_file_size_base(raw, Limits.fileBytes)
        rocksdb_options_set_max_open_files(raw, Limits.openFiles)
        rocksdb_options_set_bytes_per_sync(raw, Limits.bytesPerSync)
        rocksdb_options_set_skip_stats_update_on_db_open(raw, 1)
        rocksdb_options_set_info_log_level(raw, Limits.infoLogLevel)
        rocksdb_options_set_manifest_preallocation_size(raw, Limits.manifestRoomBytes)
        rocksdb_options_set_keep_log_file_num(raw, Limits.infoLogFiles)
    }

    /// Merging files gives way to all else that the machine does.
    private func setMerging() {
        rocksdb_options_set_level_compaction_dynamic_level_bytes(raw, 1)
        rocksdb_options_set_level0_file_num_compaction_trigger(raw, Limits.newestLevelFiles)
        rocksdb_options_set_max_bytes_for_level_base(raw, Limits.newestLevelBytes)
        rocksdb_options_set_max_background_jobs(raw, Limits.backgroundThreads)
        rocksdb_options_set_ratelimiter(raw, limiter)
        rocksdb_options_set_compaction_filter(raw, filter)
        rocksdb_options_set_env(raw, threads)
        rocksdb_env_lower_thread_pool_cpu_priority(threads)
        rocksdb_env_lower_thread_pool_io_priority(threads)
    }
}
