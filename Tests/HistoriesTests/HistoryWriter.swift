import Histories

/// Writes small histories by hand. Times are in nanoseconds, values and keys in letters.
struct HistoryWriter {
    var history = History()

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func pair(_ value: String, _ mod: Int64, create: Int64? = nil, version: Int64 = 1)
        -> Pair
    {
        Pair(
            value: bytes(value), createRevision: create ?? mod, modRevision: mod, version: version)
    }

    /// An operation that was done, from one time to another.
    mutating func done(
        _ action: Action, _ begun: UInt64, _ ended: UInt64, _ revision: Int64,
        _ outcome: Answer.Outcome
    ) {
        add(action, begun, ended, .done(Answer(revision: revision, outcome)))
    }

    mutating func add(_ action: Action, _ begun: UInt64, _ ended: UInt64, _ ending: Ending) {
        var operation = RecordedOperation(
            client: history.operations.count, node: 0, action: action, begunNanoseconds: begun)
        operation.end(ending, atNanoseconds: ended)
        history.operations.append(operation)
    }

    mutating func put(
        _ key: String, _ value: String, _ begun: UInt64, _ ended: UInt64, _ revision: Int64
    ) {
        done(.put(key: Self.bytes(key), value: Self.bytes(value)), begun, ended, revision, .put)
    }

    mutating func put(
        _ key: String, _ value: String, _ begun: UInt64, _ ended: UInt64, _ ending: Ending
    ) {
        add(.put(key: Self.bytes(key), value: Self.bytes(value)), begun, ended, ending)
    }

    mutating func get(
        _ key: String, _ pair: Pair?, _ begun: UInt64, _ ended: UInt64, _ revision: Int64,
        _ reading: Reading = .linearizable
    ) {
        done(.get(key: Self.bytes(key), reading), begun, ended, revision, .read(pair))
    }

    mutating func delete(
        _ key: String, found: Bool, _ begun: UInt64, _ ended: UInt64, _ revision: Int64
    ) {
        done(.delete(key: Self.bytes(key)), begun, ended, revision, .deleted(found))
    }

    mutating func append(
        _ key: String, _ token: String, _ begun: UInt64, _ ended: UInt64, _ revision: Int64
    ) {
        done(
            .append(key: Self.bytes(key), token: Self.bytes(token)), begun, ended, revision,
            .appended(nil))
    }

    mutating func append(
        _ key: String, _ token: String, _ begun: UInt64, _ ended: UInt64, _ ending: Ending
    ) {
        add(.append(key: Self.bytes(key), token: Self.bytes(token)), begun, ended, ending)
    }

    mutating func view(_ node: Int, _ revision: Int64, _ pairs: [(String, Pair)]) {
        history.views.append(
            NodeView(
                node: node, revision: revision,
                entries: pairs.map { NodeView.Entry(key: Self.bytes($0), pair: $1) }))
    }

    /// The rules that the history breaks, each once.
    var brokenRules: Set<Rule> { Set(HistoryCheck.run(history).violations.map(\.rule)) }

    /// What is wrong with it, in words.
    var report: String {
        CounterExample.lines(HistoryCheck.run(history), history).joined(separator: "\n")
    }
}
