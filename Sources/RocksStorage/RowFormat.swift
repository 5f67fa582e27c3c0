internal import CRocksDB
internal import Rows

/// How rows lie in a file: blocks, each compressed by itself, and what finds one.
final class RowFormat {
    let raw: OpaquePointer
    private let table: OpaquePointer

    /// - Parameter cache: of all files of the store; must live as long as they do.
    init(_ kind: RunKind, cache: OpaquePointer) {
        guard let raw = rocksdb_options_create(), let table = rocksdb_block_based_options_create()
        else { preconditionFailure("RocksDB gives no options: out of memory") }
        self.raw = raw
        self.table = table
        rocksdb_options_set_compression(raw, Int32(rocksdb_lz4_compression))
        rocksdb_block_based_options_set_block_cache(table, cache)
        rocksdb_block_based_options_set_block_size(
            table, kind == .singly ? Limits.blockBytes : Limits.blockBytesInOrder)
        rocksdb_block_based_options_set_format_version(table, 5)
        setIndex()
        // Files of rows in order do not overlap: which one may have a row is known without a filter.
        if kind == .singly { setFilter() }
        rocksdb_options_set_block_based_table_factory(raw, table)
    }

    deinit {
        rocksdb_options_destroy(raw)
        rocksdb_block_based_options_destroy(table)
    }

    /// Index and filter are in the cache, in parts, so that memory has one bound.
    private func setIndex() {
        rocksdb_block_based_options_set_index_type(
            table, Int32(rocksdb_block_based_table_index_type_two_level_index_search))
        rocksdb_block_based_options_set_metadata_block_size(table, Limits.metadataBlockBytes)
        rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1)
        rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(table, 1)
        rocksdb_block_based_options_set_pin_top_level_index_and_filter(table, 1)
        rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1)
    }

    private func setFilter() {
        rocksdb_block_based_options_set_filter_policy(
            table, rocksdb_filterpolicy_create_bloom_full(Limits.filterBitsPerRow))
        rocksdb_block_based_options_set_partition_filters(table, 1)
    }
}
