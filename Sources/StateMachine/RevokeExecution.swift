internal import MVCC

/// Ends leases in pieces: first the keys of each, in one revision, and then the lease, so that nobody sees a key
/// whose lease is gone.
final class RevokeExecution {
    /// Who ends them.
    enum Reason {
        case client
        case leader
    }

    let reason: Reason
    private let leases: [Int64]
    /// Leases that have ended, and keys of the next one.
    private var endedCount = 0
    private var deletedCount = 0
    private var transaction: WriteTransaction?

    init(_ leases: [Int64], _ reason: Reason) {
        self.leases = leases
        self.reason = reason
    }

    func step(_ keyspace: Keyspace, _ table: Leases, _ turn: inout ApplyStep) -> StepEnd {
        while endedCount < leases.count {
            if let row = table.row(of: leases[endedCount]), row.keyCount > 0 {
                if transaction == nil { transaction = keyspace.beginWrite() }
                if let stop = delete(row, keyspace, &turn) { return stop }
                transaction.take()?.end()
            }
            _ = table.remove(leases[endedCount])
            endedCount += 1
            deletedCount = 0
            turn.budget.charge(keys: 1)
            if turn.budget.isSpent, endedCount < leases.count { return .outOfBudget }
        }
        return .ended
    }

    /// - Returns: why it stops before the last key; nil after it.
    private func delete(
        _ row: LeaseRow, _ keyspace: Keyspace, _ turn: inout ApplyStep
    ) -> StepEnd? {
        while deletedCount < row.keyCount {
            if turn.budget.isSpent { return .outOfBudget }
            let count = min(turn.budget.keys, Limits.fetchedKeys, row.keyCount - deletedCount)
            let piece = row.keys(deletedCount..<deletedCount + count)
            let cold = keyspace.isComplete ? [] : piece.filter { !keyspace.pin($0) }
            if !cold.isEmpty { return .needs(.states(cold)) }
            for key in piece { transaction?.delete(.single(key)) }
            deletedCount += count
            turn.budget.charge(keys: count)
        }
        return nil
    }
}
