/// Lays a history out key by key. Of a transaction each key keeps its own part, so that what is found
/// broken is broken, while what binds its keys together is left to the checks by revision.
struct KeyProjection {
    private let evidence: Evidence
    /// By key.
    private var steps: [[KeyStep]]
    private var tables: [StateTable]
    /// When the last answer came.
    private var lastEnd: UInt64 = 0

    /// One problem per key of the evidence.
    static func problems(_ evidence: Evidence) -> [KeyProblem] {
        var projection = KeyProjection(evidence)
        for index in evidence.history.operations.indices { projection.add(index) }
        projection.addViews()
        return zip(projection.steps, projection.tables).map { KeyProblem($0, $1) }
    }

    private init(_ evidence: Evidence) {
        self.evidence = evidence
        let count = evidence.keys.keys.count
        steps = Array(repeating: [], count: count)
        tables = Array(repeating: StateTable(), count: count)
    }

    private mutating func add(_ index: Int) {
        let operation = evidence.history.operations[index]
        switch operation.ending {
        case .refused: return
        case .unknown: addUnknown(index, operation)
        case .done(let answer):
            lastEnd = max(lastEnd, operation.endedNanoseconds)
            addDone(index, operation, answer)
        }
    }

    /// What a node shows in the end is a read after everything.
    private mutating func addViews() {
        for (number, view) in evidence.history.views.enumerated() {
            for key in steps.indices {
                let pair = view.pair(evidence.keys.keys[key])
                let isRepeated = evidence.history.views[..<number]
                    .contains { $0.pair(evidence.keys.keys[key])?.value == pair?.value }
                if isRepeated { continue }
                let test = KeyStep.Test(tables[key].number(pair?.value))
                steps[key].append(
                    KeyStep(
                        operation: nil, begun: lastEnd + 1, ended: .max, isOptional: false,
                        hint: .max, variants: [KeyStep.Variant(tests: [test], effect: .none)]))
            }
        }
    }

    // MARK: Answered operations

    private mutating func addDone(_ index: Int, _ operation: RecordedOperation, _ answer: Answer) {
        switch (operation.action, answer.outcome) {
        case (.get(let key, .linearizable), .read(let pair)):
            let state = number(pair?.value, key)
            append(index, key, [KeyStep.Test(state)], .none)
        case (.put(let key, let value), .put):
            append(index, key, [], .set(number(value, key)))
        case (.delete(let key), .deleted(let found)):
            let test = KeyStep.Test(StateTable.absent, isNegated: found)
            append(index, key, [test], found ? .set(StateTable.absent) : .none)
        case (.append(let key, let token), .appended(let pair)):
            append(index, key, appendTests(key, token, pair), .append(number(token, key)))
        case (.compareAndSet(let key, let expected, let value), .swapped(let wrote)):
            let test = KeyStep.Test(number(expected, key), isNegated: !wrote)
            append(index, key, [test], wrote ? .set(number(value, key)) : .none)
        case (.transaction(let transaction), .transaction(let succeeded, let outcomes)):
            for key in keys(of: transaction) {
                let variant = variant(transaction, succeeded, outcomes, key)
                if variant.tests.isEmpty, case .none = variant.effect { continue }
                append(index, key, variant.tests, variant.effect)
            }
        default: break
        }
    }

    /// The value after an append tells the value before it.
    private mutating func appendTests(
        _ key: [UInt8], _ token: [UInt8], _ pair: Pair?
    ) -> [KeyStep.Test] {
        guard let value = pair?.value else { return [] }
        guard value.suffix(token.count).elementsEqual(token) else {
            // No state passes: the answer does not even hold the token.
            return [KeyStep.Test(0), KeyStep.Test(0, isNegated: true)]
        }
        let before = Array(value.dropLast(token.count))
        let state = number(before, key)
        return [KeyStep.Test(state, or: before.isEmpty ? StateTable.absent : nil)]
    }

    private mutating func append(
        _ index: Int, _ key: [UInt8], _ tests: [KeyStep.Test], _ effect: KeyStep.Effect
    ) {
        let operation = evidence.history.operations[index]
        let revision = operation.answer?.revision ?? .max / 4
        var isWrite = true
        if case .none = effect { isWrite = false }
        steps[known(key)].append(
            KeyStep(
                operation: index, begun: operation.begunNanoseconds,
                ended: operation.endedNanoseconds, isOptional: false,
                hint: 2 * min(revision, .max / 4) + (isWrite ? 0 : 1),
                variants: [KeyStep.Variant(tests: tests, effect: effect)]))
    }

    // MARK: Operations of unknown ending

    private mutating func addUnknown(_ index: Int, _ operation: RecordedOperation) {
        let hint = evidence.seenRevisions[index].map { 2 * min($0, .max / 4) } ?? .max
        for key in keys(ofUnknown: operation.action) {
            let variants = variants(operation.action, key)
            steps[known(key)].append(
                KeyStep(
                    operation: index, begun: operation.begunNanoseconds, ended: .max,
                    isOptional: true, hint: hint, variants: variants))
        }
    }

    private mutating func variants(_ action: Action, _ key: [UInt8]) -> [KeyStep.Variant] {
        switch action {
        case .get: []
        case .put(_, let value): [KeyStep.Variant(tests: [], effect: .set(number(value, key)))]
        case .delete: [KeyStep.Variant(tests: [], effect: .set(StateTable.absent))]
        case .append(_, let token):
            [KeyStep.Variant(tests: [], effect: .append(number(token, key)))]
        case .compareAndSet(_, let expected, let value):
            [
                KeyStep.Variant(
                    tests: [KeyStep.Test(number(expected, key))],
                    effect: .set(number(value, key)))
            ]
        case .transaction(let transaction):
            [
                variant(transaction, true, nil, key), variant(transaction, false, nil, key),
            ].filter { $0.effect != .none }
        }
    }

    private func keys(ofUnknown action: Action) -> [[UInt8]] {
        guard case .transaction(let transaction) = action else {
            return action.key.map { [$0] } ?? []
        }
        return keys(of: transaction)
    }

    // MARK: Transactions

    /// The keys that the evidence knows, each once.
    private func keys(of transaction: Transaction) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        let all =
            transaction.conditions.map(\.key) + transaction.success.map(\.key)
            + transaction.failure.map(\.key)
        for key in all where !keys.contains(key) && evidence.keys.known(key) != nil {
            keys.append(key)
        }
        return keys
    }

    /// What one list of a transaction means for a key; `outcomes` is nil if they are unknown.
    private mutating func variant(
        _ transaction: Transaction, _ succeeded: Bool, _ outcomes: [Answer.StepOutcome]?,
        _ key: [UInt8]
    ) -> KeyStep.Variant {
        var variant = KeyStep.Variant(
            tests: conditionTests(transaction, succeeded, key), effect: .none)
        var isWritten = false
        for (place, step) in transaction.steps(succeeded: succeeded).enumerated()
        where step.key == key && !isWritten {
            let outcome = outcomes.flatMap { $0.indices.contains(place) ? $0[place] : nil }
            if case .read(let pair)? = outcome {
                variant.tests.append(KeyStep.Test(number(pair?.value, key)))
            }
            if case .deleted(let found)? = outcome {
                variant.tests.append(KeyStep.Test(StateTable.absent, isNegated: found))
            }
            switch step {
            case .get: continue
            case .put(_, let value): variant.effect = .set(number(value, key))
            case .delete: variant.effect = .set(StateTable.absent)
            }
            isWritten = true
        }
        return variant
    }

    /// What the conditions say of a key. That they did not all hold says something only if there is
    /// but one.
    private mutating func conditionTests(
        _ transaction: Transaction, _ succeeded: Bool, _ key: [UInt8]
    ) -> [KeyStep.Test] {
        guard succeeded || transaction.conditions.count == 1 else { return [] }
        var tests: [KeyStep.Test] = []
        for condition in transaction.conditions where condition.key == key {
            let test: KeyStep.Test
            switch condition.test {
            case .holds(let value): test = KeyStep.Test(number(value, key))
            case .isAbsent: test = KeyStep.Test(StateTable.absent)
            case .exists: test = KeyStep.Test(StateTable.absent, isNegated: true)
            // A revision is not part of the state that the search knows.
            case .modRevision: continue
            }
            tests.append(succeeded ? test : test.negated)
        }
        return tests
    }

    private mutating func number(_ value: [UInt8]?, _ key: [UInt8]) -> Int {
        tables[known(key)].number(value)
    }

    private func known(_ key: [UInt8]) -> Int { evidence.keys.mustKnow(key) }
}
