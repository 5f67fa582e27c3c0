/// Takes apart the values of keys that were only ever appended to: each token at most once, those that
/// were acknowledged exactly once in the end, none that was refused, and each value the beginning of
/// all later ones.
struct AppendCheck {
    private let evidence: Evidence
    private let key: Int

    static func run(_ evidence: Evidence, into report: inout Report) {
        var mixed = Array(repeating: false, count: evidence.keys.keys.count)
        var appends: [[Int]] = Array(repeating: [], count: evidence.keys.keys.count)
        for (index, operation) in evidence.history.operations.enumerated() {
            for change in operation.possibleChanges.joined() {
                guard let key = evidence.keys.known(change.key) else { continue }
                if case .append = change.effect {
                    appends[key].append(index)
                } else {
                    mixed[key] = true
                }
            }
        }
        let values = values(evidence)
        for key in appends.indices where !mixed[key] && !appends[key].isEmpty {
            let check = AppendCheck(evidence: evidence, key: key)
            check.run(values[key], appends: appends[key], into: &report)
        }
    }

    /// By key, each value that was shown, in the order of revisions.
    private static func values(_ evidence: Evidence) -> [[Pair]] {
        var values: [[Pair]] = Array(repeating: [], count: evidence.keys.keys.count)
        for observation in evidence.observations {
            if let pair = observation.pair { values[observation.key].append(pair) }
        }
        for key in values.indices {
            values[key].sort { ($0.modRevision, $0.value.count) < ($1.modRevision, $1.value.count) }
        }
        return values
    }

    private func run(_ values: [Pair], appends: [Int], into report: inout Report) {
        for (earlier, later) in zip(values, values.dropFirst())
        where earlier != later && !later.value.starts(with: earlier.value) {
            report.add(
                .stateAtRevision,
                "\(evidence.name(key)) was shown as \(ShownText.pair(earlier)) and later as"
                    + " \(ShownText.pair(later)), though it was only appended to")
        }
        // The longest value holds all the others, or the order above is broken anyway.
        if let longest = values.max(by: { $0.value.count < $1.value.count }) {
            _ = countTokens(longest.value, into: &report)
        }
        for view in evidence.history.views {
            let value = view.pair(evidence.keys.keys[key])?.value ?? []
            checkPresence(value, view.node, appends, into: &report)
        }
    }

    /// How often each operation's token stands in the value.
    private func countTokens(_ value: [UInt8], into report: inout Report) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        var rest = value[...]
        while !rest.isEmpty {
            guard let (operations, length) = evidence.writers.appenders(atStartOf: rest, key: key)
            else {
                report.add(
                    .knownWriter,
                    "nobody appended \(ShownText.bytes(Array(rest))) to \(evidence.name(key))")
                break
            }
            note(operations, Array(rest.prefix(length)), &counts, into: &report)
            rest = rest.dropFirst(length)
        }
        return counts
    }

    private func note(
        _ operations: [Int], _ token: [UInt8], _ counts: inout [Int: Int], into report: inout Report
    ) {
        guard let operation = operations.first, operations.count == 1 else { return }
        counts[operation, default: 0] += 1
        let what = "\(ShownText.bytes(token)) in \(evidence.name(key))"
        if counts[operation] == 2 {
            report.add(.exactlyOnce, "\(what) was appended twice", [operation])
        }
        if evidence.history.operations[operation].ending == .refused {
            report.add(.refusedAbsent, "\(what) was refused, and was shown", [operation])
        }
    }

    private func checkPresence(
        _ value: [UInt8], _ node: Int, _ appends: [Int], into report: inout Report
    ) {
        // What is wrong with the value itself has been said of the longest one.
        var ignored = Report()
        let counts = countTokens(value, into: &ignored)
        for index in appends {
            let operation = evidence.history.operations[index]
            guard operation.answer != nil, counts[index] == nil,
                case .append(_, let token) = operation.action
            else { continue }
            report.add(
                .acknowledgedPresent,
                "node \(node) has lost \(ShownText.bytes(token)) of \(evidence.name(key))", [index])
        }
    }
}
