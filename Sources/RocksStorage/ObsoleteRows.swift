internal import CRocksDB
internal import Rows
internal import Synchronization

/// Tells RocksDB which rows it may leave out when it merges files. The revision that decides is durable as
/// compacted before it is set here: what a crash brings back can never need a row that has gone.
final class ObsoleteRows: Sendable {
    private let compactedRevision = Atomic(Int64.min)

    /// Rows that `revision` makes obsolete may go from here on.
    func forget(compactedRevision revision: Int64) {
        compactedRevision.store(revision, ordering: .relaxed)
    }

    /// The last such revision.
    var forgottenRevision: Int64 { compactedRevision.load(ordering: .relaxed) }

    /// A filter that asks this object, which must outlive it.
    func makeFilter() -> OpaquePointer {
        let filter = rocksdb_compactionfilter_create(
            Unmanaged.passUnretained(self).toOpaque(),
            { _ in },
            { state, _, key, count, _, _, _, _, _ in
                guard let state else { return 0 }
                let rows = Unmanaged<ObsoleteRows>.fromOpaque(state).takeUnretainedValue()
                let key = UnsafeRawBufferPointer(start: key, count: count)
                return rows.contains(key) ? 1 : 0
            },
            { _ in ObsoleteRows.filterName })
        guard let filter else { preconditionFailure("RocksDB gives no filter: out of memory") }
        return filter
    }

    private func contains(_ key: UnsafeRawBufferPointer) -> Bool {
        RowLayout.isObsolete(
            key, compactedRevision: compactedRevision.load(ordering: .relaxed))
    }

    /// C's, for ever.
    nonisolated(unsafe) private static let filterName: UnsafePointer<CChar>? = {
        let text = Array("synod.obsolete-rows\0".utf8CString)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
        copy.initialize(from: text, count: text.count)
        return UnsafePointer(copy)
    }()
}
