internal import Rows

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the thread that flushes does. A flush that finds no room on the disk is given up, so that the room that it
/// took is others', and is begun again after a while.
///
/// Unchecked: only that thread calls `perform`.
final class FlushLane: @unchecked Sendable {
    private struct Flush {
        let store: OpenStore
        let writer: FlushWriter
    }

    private let work: BaseWork
    private var flush: Flush?

    init(_ work: BaseWork) { self.work = work }

    func perform(_ operation: BaseOperation, on store: OpenStore) throws(RowError) -> BaseOutcome {
        do throws(RowError) {
            return try write(operation, on: store)
        } catch {
            flush = nil
            guard error.kind == .noSpace else { throw error }
            try work.goOn()
            usleep(Limits.noSpaceRetryMilliseconds * 1_000)
            return .flushLackedRoom
        }
    }

    private func write(
        _ operation: BaseOperation, on store: OpenStore
    ) throws(RowError) -> BaseOutcome {
        if case .beginFlush = operation {
            precondition(flush == nil, "one flush at a time")
            flush = Flush(store: store, writer: try FlushWriter(store.rows))
            return .flushBegun
        }
        guard let flush, flush.store.number == store.number else {
            preconditionFailure("a flush that was begun")
        }
        switch operation {
        case .flushRows(let piece, let isUrgent):
            try flush.writer.add(piece)
            if !isUrgent, piece.rowCount > 0 { usleep(Limits.flushPauseMicroseconds) }
            return .flushWritten
        case .finishFlush(let tables, let compactedRevision):
            return try finish(flush, tables.rows, compactedRevision)
        default: preconditionFailure("not for the thread that flushes")
        }
    }

    private func finish(
        _ flush: Flush, _ tables: [TableRow], _ compactedRevision: Int64
    ) throws(RowError) -> BaseOutcome {
        let rows = flush.store.rows
        let before = rows.byteCount
        try flush.writer.finish(tables: tables)
        self.flush = nil
        let written = max(0, rows.byteCount - before)
        try rows.forget(compactedRevision: compactedRevision)
        return .flushed(byteCount: written)
    }
}
