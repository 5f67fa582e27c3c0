import Basics
import Histories

/// Small random histories: what some clients do to a correct store, and, if wished, a lie in it.
struct GeneratedHistory {
    private var random: SeededRandom
    private var writer = HistoryWriter()
    private let hasTransactions: Bool
    private var store: [[UInt8]: Pair] = [:]
    private var revision: Int64 = 1
    private static let keys = ["x", "y"].map(HistoryWriter.bytes)

    /// `lies`: how many answers are changed afterwards.
    static func make(
        seed: UInt64, operations: Int, lies: Int, hasTransactions: Bool = false,
        hasUnknown: Bool = true
    ) -> History {
        var generated = GeneratedHistory(seed: seed, hasTransactions: hasTransactions)
        generated.run(operations, hasUnknown: hasUnknown)
        for _ in 0..<lies { generated.lie() }
        return generated.writer.history
    }

    private init(seed: UInt64, hasTransactions: Bool) {
        random = SeededRandom(seed: seed)
        self.hasTransactions = hasTransactions
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        .random(in: range, using: &random)
    }

    private mutating func key() -> [UInt8] { Self.keys[number(0...1)] }

    private mutating func value() -> [UInt8] {
        HistoryWriter.bytes("<\(writer.history.operations.count)>")
    }

    /// Effects happen in the order of their times, each between the beginning and the end.
    private mutating func run(_ count: Int, hasUnknown: Bool) {
        var times: [(effect: Int, begun: Int, ended: Int)] = []
        for place in 0..<count {
            let effect = 100 * (place + 1)
            times.append((effect, effect - number(1...250), effect + number(1...250)))
        }
        for time in times {
            let action = action()
            let (begun, ended) = (UInt64(max(0, time.begun)), UInt64(time.ended))
            switch hasUnknown ? number(0...9) : 9 {
            case 0: writer.add(action, begun, ended, .refused)
            case 1: writer.add(action, begun, ended, .unknown)
            case 2:
                _ = perform(action)
                // It may run after its client has given up.
                writer.add(
                    action, begun, max(begun, UInt64(time.effect - number(0...50))), .unknown)
            default:
                let outcome = perform(action)
                writer.add(action, begun, ended, .done(Answer(revision: revision, outcome)))
            }
        }
    }

    private mutating func action() -> Action {
        switch number(0...(hasTransactions ? 13 : 9)) {
        case 0...3: .get(key: key(), .linearizable)
        case 4...5: .put(key: key(), value: value())
        case 6: .delete(key: key())
        case 7...8: .append(key: key(), token: value())
        case 9: .compareAndSet(key: key(), expected: expected(), value: value())
        default: transaction()
        }
    }

    private mutating func transaction() -> Action {
        let condition = Transaction.Condition(key(), expected().map { .holds($0) } ?? .isAbsent)
        let steps: [Transaction.Step] = [
            .get(key: Self.keys[0]), .put(key: Self.keys[0], value: value()),
            .delete(key: Self.keys[1]),
        ]
        let reads = Self.keys.map { Transaction.Step.get(key: $0) }
        return .transaction(Transaction(conditions: [condition], success: steps, failure: reads))
    }

    private mutating func expected() -> [UInt8]? {
        number(0...2) == 0 ? nil : store[key()]?.value ?? HistoryWriter.bytes("<0>")
    }

    // MARK: The store

    private mutating func perform(_ action: Action) -> Answer.Outcome {
        switch action {
        case .get(let key, _): return .read(store[key])
        case .put(let key, let value):
            write(key, value)
            return .put
        case .delete(let key): return .deleted(delete(key))
        case .append(let key, let token):
            write(key, (store[key]?.value ?? []) + token)
            return .appended(store[key])
        case .compareAndSet(let key, let expected, let value):
            guard store[key]?.value == expected else { return .swapped(false) }
            write(key, value)
            return .swapped(true)
        case .transaction(let transaction): return perform(transaction)
        }
    }

    private mutating func perform(_ transaction: Transaction) -> Answer.Outcome {
        let succeeded = transaction.conditions.allSatisfy { condition in
            switch condition.test {
            case .holds(let value): store[condition.key]?.value == value
            case .isAbsent: store[condition.key] == nil
            case .exists: store[condition.key] != nil
            case .modRevision(let revision): store[condition.key]?.modRevision ?? 0 == revision
            }
        }
        let before = revision
        var outcomes: [Answer.StepOutcome] = []
        for step in transaction.steps(succeeded: succeeded) {
            switch step {
            case .get(let key): outcomes.append(.read(store[key]))
            case .put(let key, let value):
                revision = before
                write(key, value)
                outcomes.append(.put)
            case .delete(let key):
                if store[key] != nil { revision = before }
                outcomes.append(.deleted(delete(key)))
            }
        }
        return .transaction(succeeded: succeeded, outcomes)
    }

    private mutating func write(_ key: [UInt8], _ value: [UInt8]) {
        revision += 1
        let old = store[key]
        store[key] = Pair(
            value: value, createRevision: old?.createRevision ?? revision, modRevision: revision,
            version: (old?.version ?? 0) + 1)
    }

    private mutating func delete(_ key: [UInt8]) -> Bool {
        guard store.removeValue(forKey: key) != nil else { return false }
        revision += 1
        return true
    }

    // MARK: Lies

    /// Changes one operation, so that the history may become impossible.
    private mutating func lie() {
        let index = number(0...writer.history.operations.count - 1)
        var operation = writer.history.operations[index]
        switch number(0...3) {
        case 0:
            let shift = UInt64(number(100...600))
            operation.begunNanoseconds += shift
            operation.endedNanoseconds += shift
        case 1: operation.endedNanoseconds = operation.begunNanoseconds
        case 2:
            guard operation.ending == .unknown || operation.ending == .refused else { break }
            operation.ending = .done(Answer(revision: revision, perform(operation.action)))
        default: lie(about: &operation)
        }
        writer.history.operations[index] = operation
    }

    private mutating func lie(about operation: inout RecordedOperation) {
        guard var answer = operation.answer else { return }
        switch answer.outcome {
        case .read, .appended:
            let shown = writer.history.operations.compactMap { other -> Pair? in
                switch other.answer?.outcome {
                case .read(let pair), .appended(let pair): pair
                default: nil
                }
            }
            let pair = shown.randomElement(using: &random)
            if case .read = answer.outcome { answer.outcome = .read(pair) }
            if case .appended = answer.outcome { answer.outcome = .appended(pair) }
        case .put: break
        case .deleted(let found): answer.outcome = .deleted(!found)
        case .swapped(let wrote): answer.outcome = .swapped(!wrote)
        case .transaction: break
        }
        operation.ending = .done(answer)
    }

    /// The same history with revisions that mean nothing.
    static func withoutMeaningfulRevisions(_ history: History, seed: UInt64) -> History {
        var random = SeededRandom(seed: seed)
        var history = history
        for index in history.operations.indices {
            guard var answer = history.operations[index].answer else { continue }
            answer.revision = .random(in: 2...1_000, using: &random)
            history.operations[index].ending = .done(answer)
        }
        return history
    }
}
