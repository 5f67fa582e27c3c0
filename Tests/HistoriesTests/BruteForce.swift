import Histories

/// Linearizability by trying every order of all operations, over the whole store at once: slow, without
/// memory, and written without a look at the search.
struct BruteForce {
    private let operations: [RecordedOperation]

    static func isLinearizable(_ history: History) -> Bool {
        let operations = history.operations.filter { operation in
            switch operation.ending {
            case .done: true
            case .refused: false
            case .unknown: !operation.action.isRead
            }
        }
        let all = BruteForce(operations: operations)
        return all.canContinue(Array(operations.indices), [:])
    }

    /// Whether what is left can follow on this content.
    private func canContinue(_ left: [Int], _ content: [[UInt8]: [UInt8]]) -> Bool {
        let definite = left.filter { operations[$0].answer != nil }
        if definite.isEmpty { return true }
        for next in left {
            let isTooEarly = definite.contains {
                $0 != next && operations[$0].precedes(operations[next])
            }
            if isTooEarly { continue }
            guard let after = execute(operations[next], content) else { continue }
            if canContinue(left.filter { $0 != next }, after) { return true }
        }
        return false
    }

    /// The content after an operation; nil if it would have been answered otherwise.
    private func execute(
        _ operation: RecordedOperation, _ content: [[UInt8]: [UInt8]]
    ) -> [[UInt8]: [UInt8]]? {
        let (after, answer) = Self.run(operation.action, content)
        guard let told = operation.answer else { return after }
        return Self.told(told.outcome) == answer ? after : nil
    }

    /// An answer without its revisions, as a list of what was found.
    private static func told(_ outcome: Answer.Outcome) -> [[UInt8]?] {
        switch outcome {
        case .read(let pair), .appended(let pair): [pair?.value]
        case .put: []
        case .deleted(let flag), .swapped(let flag): [mark(flag)]
        case .transaction(let succeeded, let steps):
            [mark(succeeded)]
                + steps.map { step in
                    switch step {
                    case .read(let pair): pair?.value
                    case .put: []
                    case .deleted(let found): mark(found)
                    }
                }
        }
    }

    private static func mark(_ flag: Bool) -> [UInt8] { [flag ? 1 : 0] }

    private static func run(
        _ action: Action, _ content: [[UInt8]: [UInt8]]
    ) -> ([[UInt8]: [UInt8]], [[UInt8]?]) {
        var content = content
        switch action {
        case .get(let key, _): return (content, [content[key]])
        case .put(let key, let value):
            content[key] = value
            return (content, [])
        case .delete(let key):
            let found = content.removeValue(forKey: key) != nil
            return (content, [mark(found)])
        case .append(let key, let token):
            content[key] = (content[key] ?? []) + token
            return (content, [content[key]])
        case .compareAndSet(let key, let expected, let value):
            let isMet = content[key] == expected
            if isMet { content[key] = value }
            return (content, [mark(isMet)])
        case .transaction(let transaction): return run(transaction, content)
        }
    }

    private static func run(
        _ transaction: Transaction, _ content: [[UInt8]: [UInt8]]
    ) -> ([[UInt8]: [UInt8]], [[UInt8]?]) {
        var content = content
        let succeeded = transaction.conditions.allSatisfy { condition in
            switch condition.test {
            case .holds(let value): content[condition.key] == value
            case .isAbsent: content[condition.key] == nil
            case .exists: content[condition.key] != nil
            case .modRevision: true
            }
        }
        var found: [[UInt8]?] = [mark(succeeded)]
        for step in transaction.steps(succeeded: succeeded) {
            switch step {
            case .get(let key): found.append(content[key])
            case .put(let key, let value):
                content[key] = value
                found.append([])
            case .delete(let key): found.append(mark(content.removeValue(forKey: key) != nil))
            }
        }
        return (content, found)
    }
}
