internal import Rows
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the thread that flushes does. A flush that finds no room on the disk waits until there is some, and is
/// written again from its beginning: its rows are kept until they are durable.
///
/// Unchecked: only that thread calls `perform`.
final class FlushLane: @unchecked Sendable {
    private struct Flush {
        let store: OpenStore
        /// Nil after there was no room: its files are gone, so that the room is others'.
        var writer: FlushWriter?
        /// What was written so far.
        var operations: [BaseOperation] = []
    }

    let isOutOfSpace = Atomic(false)
    private let work: BaseWork
    private var flush: Flush?

    init(_ work: BaseWork) { self.work = work }

    func perform(_ operation: BaseOperation, on store: OpenStore) throws(RowError) -> BaseOutcome {
        if case .beginFlush = operation {
            precondition(flush == nil, "one flush at a time")
            let writer = try withRoom { () throws(RowError) in try FlushWriter(store.rows) }
            flush = Flush(store: store, writer: writer)
            return .flushBegun
        }
        precondition(flush?.store.number == store.number, "a flush that was begun")
        let before = store.rows.byteCount
        try withRoom { () throws(RowError) in try self.write(operation) }
        guard case .finishFlush(_, let compactedRevision) = operation else { return .flushWritten }
        flush = nil
        let written = max(0, store.rows.byteCount - before)
        try store.rows.forget(compactedRevision: compactedRevision)
        return .flushed(byteCount: written)
    }

    /// Tries again until there is room.
    private func withRoom<Value>(
        _ body: () throws(RowError) -> Value
    ) throws(RowError) -> Value {
        while true {
            do throws(RowError) {
                let value = try body()
                isOutOfSpace.store(false, ordering: .relaxed)
                return value
            } catch {
                guard error.kind == .noSpace else { throw error }
                try work.goOn()
                isOutOfSpace.store(true, ordering: .relaxed)
                usleep(Limits.noSpaceRetryMilliseconds * 1_000)
            }
        }
    }

    /// Writes an operation. If there is no room, what was written is thrown away, and the next call writes all of it.
    private func write(_ operation: BaseOperation) throws(RowError) {
        guard var flush else { preconditionFailure("a flush that was begun") }
        self.flush?.writer = nil
        var writer = flush.writer
        flush.writer = nil
        if writer == nil {
            let again = try FlushWriter(flush.store.rows)
            for earlier in flush.operations { try Self.add(earlier, to: again) }
            writer = again
        }
        guard let writer else { preconditionFailure("a writer that was just made") }
        try Self.add(operation, to: writer)
        flush.operations.append(operation)
        flush.writer = writer
        self.flush = flush
    }

    private static func add(
        _ operation: BaseOperation, to writer: FlushWriter
    ) throws(RowError) {
        switch operation {
        case .flushChanges(let changes): try writer.add(changes)
        case .flushKeys(let keys): try writer.add(keys)
        case .finishFlush(let tables, _): try writer.finish(tables: tables)
        default: preconditionFailure("not for the thread that flushes")
        }
    }
}
