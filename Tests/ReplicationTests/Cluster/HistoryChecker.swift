import EtcdMessages
import Protobuf
import Replication
import StateMachine

/// Judges a finished history against the state that is left on one node. The lists of appended tokens
/// say in which order writes ran, so that linearizability can be checked exactly, in one pass by time.
struct HistoryChecker {
    private let operations: [Operation]
    private let machine: ReplicatedState
    private var findings: [String] = []

    /// Where a token stands in its list.
    private struct Place {
        let start: Int
        let end: Int
    }

    /// The value of one list, and where each token stands in it.
    private struct List {
        var value: [UInt8] = []
        var places: [[UInt8]: Place] = [:]
        /// The latest beginning of any append up to this end.
        var begunBefore: [Int: UInt64] = [0: 0]
    }

    static func check(_ operations: [Operation], against machine: ReplicatedState) -> [String] {
        var checker = HistoryChecker(operations: operations, machine: machine)
        checker.checkAnswers()
        checker.checkPuts()
        checker.checkLists()
        checker.checkRevisions()
        return checker.findings
    }

    private init(operations: [Operation], machine: ReplicatedState) {
        self.operations = operations
        self.machine = machine
    }

    private mutating func checkAnswers() {
        for operation in operations where operation.answers > 1 {
            findings.append("\(text(operation.token)) was answered \(operation.answers) times")
        }
    }

    /// Each put has a key of its own: its version counts how often it ran.
    private mutating func checkPuts() {
        for operation in operations where operation.kind == .put {
            let found = value(of: operation.token)
            switch (operation.ending, found) {
            case (.written(let revision), let found?):
                if found.version != 1 { findings.append("a put ran \(found.version) times") }
                if found.modRevision != revision { findings.append("a put moved") }
            case (.written, nil):
                findings.append("acknowledged put \(text(operation.token)) is lost")
            case (.refused, .some):
                findings.append("refused put \(text(operation.token)) ran")
            case (.unknown, let found?), (.waiting, let found?):
                if found.version != 1 { findings.append("a put ran \(found.version) times") }
            default:
                break
            }
        }
    }

    private mutating func checkLists() {
        var keys: Set<Int> = []
        for operation in operations {
            switch operation.kind {
            case .append(let key), .read(let key): keys.insert(key)
            case .put: break
            }
        }
        for key in keys.sorted() { checkList(key) }
    }

    private mutating func checkList(_ key: Int) {
        let value = value(of: Operation.key(key))?.value ?? []
        let list = parse(value, key)
        for operation in operations where operation.kind == .append(key: key) {
            let isThere = list.places[operation.token] != nil
            if case .written = operation.ending, !isThere {
                findings.append("acknowledged append \(text(operation.token)) is lost")
            }
            if operation.ending == .refused, isThere {
                findings.append("refused append \(text(operation.token)) ran")
            }
        }
        checkOrder(list, key)
    }

    private mutating func parse(_ value: [UInt8], _ key: Int) -> List {
        var list = List(value: value)
        var start = 0
        var latest: UInt64 = 0
        while start < value.count {
            guard let length = value[start...].firstIndex(of: UInt8(ascii: ">")) else { break }
            let token = Array(value[start...length])
            let end = length + 1
            if list.places[token] != nil {
                findings.append("append \(text(token)) ran twice")
            }
            list.places[token] = Place(start: start, end: end)
            let number = Int(String(decoding: token.dropFirst().dropLast(), as: UTF8.self))
            if let number, operations.indices.contains(number),
                operations[number].kind == .append(key: key)
            {
                latest = max(latest, operations[number].begunAt)
            } else {
                findings.append("nobody appended \(text(token))")
            }
            list.begunBefore[end] = latest
            start = end
        }
        return list
    }

    /// What began after another's end must see it, and what is seen must have begun.
    private mutating func checkOrder(_ list: List, _ key: Int) {
        var events: [(at: UInt64, isEnd: Bool, number: Int)] = []
        for (number, operation) in operations.enumerated() {
            guard place(of: operation, list, key) != nil else { continue }
            events.append((operation.begunAt, false, number))
            if isAcknowledged(operation) { events.append((operation.endedAt, true, number)) }
        }
        events.sort { ($0.at, $0.isEnd ? 1 : 0) < ($1.at, $1.isEnd ? 1 : 0) }
        var reached = 0
        for event in events {
            let operation = operations[event.number]
            guard let place = place(of: operation, list, key) else { continue }
            if event.isEnd {
                reached = max(reached, place.end)
            } else if place.start < reached {
                let what = operation.isWrite ? "append" : "stale read"
                findings.append("\(what) \(event.number) at n\(operation.node + 1) came too late")
            }
        }
        for operation in operations { checkSeen(operation, list, key) }
    }

    /// The part of the list that an operation made or saw.
    private func place(of operation: Operation, _ list: List, _ key: Int) -> Place? {
        switch (operation.kind, operation.ending) {
        case (.append(key), _): list.places[operation.token]
        case (.read(key), .seen(let value, _)): Place(start: value.count, end: value.count)
        default: nil
        }
    }

    private mutating func checkSeen(_ operation: Operation, _ list: List, _ key: Int) {
        guard operation.kind == .read(key: key), case .seen(let value, _) = operation.ending
        else { return }
        guard list.value.starts(with: value), let begun = list.begunBefore[value.count] else {
            return findings.append("a read at n\(operation.node + 1) saw what never was")
        }
        if begun > operation.endedAt { findings.append("a read saw the future") }
    }

    /// Revisions are unique, and no later operation sees an earlier one.
    private mutating func checkRevisions() {
        var events: [(at: UInt64, isEnd: Bool, revision: Int64, isWrite: Bool)] = []
        var seen: Set<Int64> = []
        for operation in operations {
            let revision: Int64
            switch operation.ending {
            case .written(let written):
                revision = written
                if !seen.insert(written).inserted {
                    findings.append("revision \(written) was given twice")
                }
            case .seen(_, let current): revision = current
            default: continue
            }
            events.append((operation.begunAt, false, revision, operation.isWrite))
            events.append((operation.endedAt, true, revision, operation.isWrite))
        }
        events.sort { ($0.at, $0.isEnd ? 1 : 0) < ($1.at, $1.isEnd ? 1 : 0) }
        var reached: Int64 = 0
        for event in events {
            if event.isEnd {
                reached = max(reached, event.revision)
            } else if event.revision < reached || (event.isWrite && event.revision == reached) {
                findings.append("revision \(event.revision) after \(reached)")
            }
        }
    }

    private func isAcknowledged(_ operation: Operation) -> Bool {
        switch operation.ending {
        case .written, .seen: true
        default: false
        }
    }

    private func value(of key: [UInt8]) -> KeyValue? {
        try? machine.range(RangeRequest.with { $0.key = key }).kvs.first
    }

    private func text(_ token: [UInt8]) -> String { String(decoding: token, as: UTF8.self) }
}
