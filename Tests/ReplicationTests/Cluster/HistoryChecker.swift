import EtcdMessages
import Histories
import Protobuf
import Replication
import StateMachine

/// Judges a finished history against the state that is left on one node.
enum HistoryChecker {
    static func check(_ operations: [Operation], against machine: ReplicatedState) -> [String] {
        var findings: [String] = []
        for operation in operations where operation.answers > 1 {
            findings.append("\(operation.kind) was answered \(operation.answers) times")
        }
        var history = History(operations: operations.enumerated().map(recorded))
        history.views = [view(of: machine, keys: Set(operations.map(\.recordedKey)))]
        let report = HistoryCheck.run(history)
        for rule in Rule.allCases {
            guard let first = report.violations.first(where: { $0.rule == rule }) else { continue }
            findings.append(CounterExample.lines(first, history).joined(separator: "\n"))
        }
        if report.verdict == .undecided { findings.append("undecided: \(report.undecidedKeys)") }
        return findings
    }

    private static func recorded(_ number: Int, _ operation: Operation) -> RecordedOperation {
        let action: Action =
            switch operation.kind {
            case .append: .append(key: operation.recordedKey, token: operation.token)
            case .put: .put(key: operation.recordedKey, value: operation.token)
            case .read: .get(key: operation.recordedKey, .linearizable)
            }
        var recorded = RecordedOperation(
            client: number, node: operation.node, action: action,
            begunNanoseconds: operation.begunAt * 1_000)
        if operation.ending != .waiting {
            recorded.end(ending(of: operation), atNanoseconds: operation.endedAt * 1_000)
        }
        return recorded
    }

    private static func ending(of operation: Operation) -> Ending {
        switch operation.ending {
        case .waiting, .unknown: return .unknown
        case .refused: return .refused
        case .seen(let pair, let revision):
            return .done(Histories.Answer(revision: revision, .read(pair)))
        case .written(let revision):
            if operation.kind == .put { return .done(Histories.Answer(revision: revision, .put)) }
            return .done(Histories.Answer(revision: revision, .appended(nil)))
        }
    }

    /// What a node holds of these keys.
    private static func view(of machine: ReplicatedState, keys: Set<[UInt8]>) -> NodeView {
        let all = RangeRequest.with {
            $0.key = [0]
            $0.rangeEnd = [0]
        }
        guard let response = try? machine.range(all) else {
            preconditionFailure("a range of everything is always answered")
        }
        let entries = response.kvs.filter { keys.contains($0.key) }
            .map { NodeView.Entry(key: $0.key, pair: Pair($0)) }
        return NodeView(node: 0, revision: response.header.revision, entries: entries)
    }
}

extension Operation {
    /// The key that it is about.
    fileprivate var recordedKey: [UInt8] {
        switch kind {
        case .append(let key), .read(let key): Self.key(key)
        case .put: token
        }
    }
}

extension Pair {
    init(_ pair: KeyValue) {
        self.init(
            value: pair.value, createRevision: pair.createRevision, modRevision: pair.modRevision,
            version: pair.version)
    }
}
