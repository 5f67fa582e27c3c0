internal import MVCC
internal import Rows
internal import StateMachine
internal import Watching

/// The watches of this node's clients: last in a turn, after everybody who waits for an answer (P36, P39).
extension Replica {
    func serveWatches() {
        if watches.isLeading { readHistory() }
        guard watches.hasOutput else { return }
        if watches.serve() { requestTurn() }
    }

    /// One batch of history for those who lag: from memory at once, from the base by its own thread.
    private func readHistory() {
        let keyspace = machine.keyspace
        guard !isReadingHistory, let plan = watches.catchUpNeeded(keyspace) else { return }
        if keyspace.hasChangesInMemory(from: plan.start) {
            let batch = keyspace.changesInMemory(
                from: plan.start, changesMax: watches.plan.catchUpChanges,
                bytesMax: watches.plan.catchUpBytes)
            watches.give(batch, of: plan, keyspace)
            if watches.isLeading { requestTurn() }
            return
        }
        guard let desk else { preconditionFailure("flushed changes without a base") }
        isReadingHistory = true
        let operation = BaseOperation.changes(
            plan.interval, from: plan.start, upTo: min(plan.end, keyspace.flushedRevision),
            changesMax: watches.plan.catchUpChanges)
        desk.submit(operation) { [unowned self] outcome in
            guard case .changes(let batch) = outcome else {
                preconditionFailure("changes were asked for: \(outcome)")
            }
            isReadingHistory = false
            watches.give(batch, of: plan, machine.keyspace)
            requestTurn()
        }
    }
}
