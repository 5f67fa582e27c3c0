/// An operation as a line of a counter-example shows it.
package enum OperationText {
    /// What was asked.
    package static func action(_ action: Action) -> String {
        switch action {
        case .get(let key, .linearizable): "get \(ShownText.bytes(key))"
        case .get(let key, .sequential(let since)):
            "get \(ShownText.bytes(key)) sequential since \(since)"
        case .get(let key, .atRevision(let revision)):
            "get \(ShownText.bytes(key)) at \(revision)"
        case .put(let key, let value): "put \(ShownText.bytes(key)) \(ShownText.bytes(value))"
        case .delete(let key): "delete \(ShownText.bytes(key))"
        case .append(let key, let token):
            "append \(ShownText.bytes(key)) \(ShownText.bytes(token))"
        case .compareAndSet(let key, let expected, let value):
            "set \(ShownText.bytes(key)) from \(expected.map(ShownText.bytes) ?? "nothing")"
                + " to \(ShownText.bytes(value))"
        case .transaction(let transaction): text(transaction)
        }
    }

    /// How it ended.
    package static func ending(_ ending: Ending) -> String {
        switch ending {
        case .refused: "refused"
        case .unknown: "unknown"
        case .done(let answer): outcome(answer.outcome) + " r\(answer.revision)"
        }
    }

    private static func outcome(_ outcome: Answer.Outcome) -> String {
        switch outcome {
        case .read(let pair): ShownText.pair(pair)
        case .put: "ok"
        case .deleted(let found): found ? "deleted" : "not found"
        case .appended(let pair): pair.map { ShownText.pair($0) } ?? "ok"
        case .swapped(let wrote): wrote ? "ok" : "not as expected"
        case .transaction(let succeeded, let outcomes):
            (["\(succeeded ? "success" : "failure")"] + outcomes.map(step)).joined(separator: ", ")
        }
    }

    private static func step(_ outcome: Answer.StepOutcome) -> String {
        switch outcome {
        case .read(let pair): ShownText.pair(pair)
        case .put: "ok"
        case .deleted(let found): found ? "deleted" : "not found"
        }
    }

    private static func text(_ transaction: Transaction) -> String {
        let conditions = transaction.conditions.map { condition in
            let key = ShownText.bytes(condition.key)
            return switch condition.test {
            case .holds(let value): "\(key) = \(ShownText.bytes(value))"
            case .isAbsent: "\(key) absent"
            case .exists: "\(key) exists"
            case .modRevision(let revision): "\(key) of revision \(revision)"
            }
        }
        var text = "txn"
        if !conditions.isEmpty { text += " if " + conditions.joined(separator: " and ") }
        text += " then " + steps(transaction.success)
        if !transaction.failure.isEmpty { text += " else " + steps(transaction.failure) }
        return text
    }

    private static func steps(_ steps: [Transaction.Step]) -> String {
        steps.map { step in
            switch step {
            case .get(let key): "get \(ShownText.bytes(key))"
            case .put(let key, let value):
                "put \(ShownText.bytes(key)) \(ShownText.bytes(value))"
            case .delete(let key): "delete \(ShownText.bytes(key))"
            }
        }.joined(separator: ", ")
    }
}
