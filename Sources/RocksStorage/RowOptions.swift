internal import CRocksDB

/// How the rows lie in their files: one for reading and one for writing runs, with the same options.
final class RowOptions {
    let raw: OpaquePointer
    let environment: OpaquePointer
    private let table: OpaquePointer
    private let cache: OpaquePointer
    private let limiter: OpaquePointer
    private let threads: OpaquePointer
    private let filter: OpaquePointer
    /// Which rows may be left out when files are merged.
    let obsoleteRows = ObsoleteRows()

    init(cacheBytes: Int) {
        guard let raw = rocksdb_options_create(), let environment = rocksdb_envoptions_create(),
            let table = rocksdb_block_based_options_create(),
            let cache = rocksdb_cache_create_lru(cacheBytes),
            let limiter = rocksdb_ratelimiter_create(
                Limits.backgroundBytesPerSecond, Limits.backgroundRefillMicroseconds, 10),
            let threads = rocksdb_create_default_env()
        else { preconditionFailure("RocksDB gives no options: out of memory") }
        self.raw = raw
        self.environment = environment
        self.table = table
        self.cache = cache
        self.limiter = limiter
        self.threads = threads
        filter = obsoleteRows.makeFilter()
        setTable()
        setFiles()
        setMerging()
    }

    deinit {
        rocksdb_options_destroy(raw)
        rocksdb_envoptions_destroy(environment)
        rocksdb_block_based_options_destroy(table)
        rocksdb_cache_destroy(cache)
        rocksdb_ratelimiter_destroy(limiter)
        rocksdb_compactionfilter_destroy(filter)
        rocksdb_env_destroy(threads)
    }

    /// Index and filter are in the cache, in parts, so that memory has one bound.
    private func setTable() {
        rocksdb_block_based_options_set_block_cache(table, cache)
        rocksdb_block_based_options_set_block_size(table, Limits.blockBytes)
        rocksdb_block_based_options_set_format_version(table, 5)
        rocksdb_block_based_options_set_filter_policy(
            table, rocksdb_filterpolicy_create_bloom_full(Limits.filterBitsPerRow))
        rocksdb_block_based_options_set_index_type(
            table, Int32(rocksdb_block_based_table_index_type_two_level_index_search))
        rocksdb_block_based_options_set_partition_filters(table, 1)
        rocksdb_block_based_options_set_metadata_block_size(table, Limits.metadataBlockBytes)
        rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1)
        rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(table, 1)
        rocksdb_block_based_options_set_pin_top_level_index_and_filter(table, 1)
        rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1)
        rocksdb_options_set_block_based_table_factory(raw, table)
    }

    private func setFiles() {
        rocksdb_options_set_create_if_missing(raw, 0)
        rocksdb_options_set_paranoid_checks(raw, 1)
        rocksdb_options_set_compression(raw, Int32(rocksdb_lz4_compression))
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
        rocksdb_options_set_max_background_jobs(raw, Limits.backgroundThreads)
        rocksdb_options_set_ratelimiter(raw, limiter)
        rocksdb_options_set_compaction_filter(raw, filter)
        rocksdb_options_set_env(raw, threads)
        rocksdb_env_lower_thread_pool_cpu_priority(threads)
        rocksdb_env_lower_thread_pool_io_priority(threads)
    }
}
