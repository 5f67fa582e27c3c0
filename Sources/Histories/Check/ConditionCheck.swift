/// Holds what conditions were said to find against what the store held: compare-and-set, deletions and
/// the conditions of transactions, over all their keys at once.
enum ConditionCheck {
    static func run(_ evidence: Evidence, into report: inout Report) {
        for (index, operation) in evidence.history.operations.enumerated() {
            guard let answer = operation.answer else { continue }
            let before = answer.hasChanged ? answer.revision - 1 : answer.revision
            let claimed: Bool
            let found: Bool?
            switch (operation.action, answer.outcome) {
            case (.compareAndSet(let key, let expected, _), .swapped(let wrote)):
                claimed = wrote
                found = evaluate(expected.map { .holds($0) } ?? .isAbsent, key, before, evidence)
            case (.delete(let key), .deleted(let didDelete)):
                claimed = didDelete
                found = evaluate(.exists, key, before, evidence)
            case (.transaction(let transaction), .transaction(let succeeded, _)):
                claimed = succeeded
                found = evaluate(transaction.conditions, before, evidence)
            default: continue
            }
            guard let found, found != claimed else { continue }
            report.add(
                .stateAtRevision,
                "an operation found its condition \(claimed ? "true" : "false") after revision"
                    + " \(before), where it was \(found ? "true" : "false")", [index])
        }
    }

    /// Whether all hold; nil if that is not known.
    private static func evaluate(
        _ conditions: [Transaction.Condition], _ revision: Int64, _ evidence: Evidence
    ) -> Bool? {
        let results = conditions.map { evaluate($0.test, $0.key, revision, evidence) }
        if results.contains(false) { return false }
        return results.contains(nil) ? nil : true
    }

    /// Whether it holds at a revision; nil if that is not known, because a write of unknown ending may
    /// have changed the key, or because nobody saw the value.
    private static func evaluate(
        _ test: Transaction.Condition.Test, _ key: [UInt8], _ revision: Int64, _ evidence: Evidence
    ) -> Bool? {
        guard let number = evidence.keys.known(key) else { return holds(test, nil, nil) }
        guard evidence.openWrites[number].isEmpty else { return nil }
        guard let last = evidence.lastWrite(number, upTo: revision), last.effect != .delete
        else { return holds(test, nil, nil) }
        var value: [UInt8]?
        if case .set(let written) = last.effect { value = written }
        value = evidence.shownPair(number, revision: last.revision)?.value ?? value
        return holds(test, last.revision, value)
    }

    /// Whether it holds of a key that was last changed at `revision` (nil: that is absent) to `value`
    /// (nil: that nobody saw).
    private static func holds(
        _ test: Transaction.Condition.Test, _ revision: Int64?, _ value: [UInt8]?
    ) -> Bool? {
        switch test {
        case .isAbsent: revision == nil
        case .exists: revision != nil
        case .modRevision(let expected): (revision ?? 0) == expected
        case .holds(let expected): revision == nil ? false : value.map { $0 == expected }
        }
    }
}
