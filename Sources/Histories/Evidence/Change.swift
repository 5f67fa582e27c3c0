/// An effect with its key.
struct Change: Hashable {
    let key: [UInt8]
    let effect: Effect
}

extension Transaction.Step {
    /// What the step changes, if it finds what it expects.
    var change: Change? {
        switch self {
        case .get: nil
        case .put(let key, let value): Change(key: key, effect: .set(value))
        case .delete(let key): Change(key: key, effect: .delete)
        }
    }
}

extension RecordedOperation {
    /// What it may change: one list for each way in which it can run that changes anything.
    var possibleChanges: [[Change]] {
        switch action {
        case .get: []
        case .put(let key, let value): [[Change(key: key, effect: .set(value))]]
        case .delete(let key): [[Change(key: key, effect: .delete)]]
        case .append(let key, let token): [[Change(key: key, effect: .append(token))]]
        case .compareAndSet(let key, _, let value): [[Change(key: key, effect: .set(value))]]
        case .transaction(let transaction):
            [transaction.success, transaction.failure].map { $0.compactMap(\.change) }
                .filter { !$0.isEmpty }
        }
    }

    /// What it changed, as its answer says; nothing if it has none.
    var changes: [Change] {
        guard let answer, answer.hasChanged else { return [] }
        guard case .transaction(let transaction) = action,
            case .transaction(let succeeded, let outcomes) = answer.outcome
        else { return possibleChanges.first ?? [] }
        return zip(transaction.steps(succeeded: succeeded), outcomes).compactMap { step, outcome in
            outcome == .deleted(false) ? nil : step.change
        }
    }
}
