internal import Rows

/// What the thread that flushes does.
///
/// Unchecked: only that thread calls it.
final class FlushLane: @unchecked Sendable {
    private var flush: (writer: FlushWriter, store: UInt64)?

    func perform(_ operation: BaseOperation, on store: OpenStore) throws(RowError) -> BaseOutcome {
        switch operation {
        case .beginFlush:
            precondition(flush == nil, "one flush at a time")
            flush = (try FlushWriter(store.rows), store.number)
            return .flushBegun
        case .flushChanges(let changes):
            try writer(store).add(changes)
            return .flushWritten
        case .flushKeys(let keys):
            try writer(store).add(keys)
            return .flushWritten
        case .finishFlush(let tables, let compactedRevision):
            let before = store.rows.byteCount
            try writer(store).finish(tables: tables)
            flush = nil
            let written = max(0, store.rows.byteCount - before)
            try store.rows.forget(compactedRevision: compactedRevision)
            return .flushed(byteCount: written)
        default: preconditionFailure("not for the thread that flushes")
        }
    }

    private func writer(_ store: OpenStore) -> FlushWriter {
        guard let flush else { preconditionFailure("a flush that was begun") }
        precondition(flush.store == store.number, "a snapshot was installed within a flush")
        return flush.writer
    }
}
