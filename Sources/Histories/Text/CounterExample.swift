/// A report as a person reads it: each violation with the operations that show it, one line per event.
package enum CounterExample {
    /// The lines for all violations, and for the keys that could not be decided.
    package static func lines(_ report: Report, _ history: History) -> [String] {
        report.violations.flatMap { lines($0, history) + [""] }
            + report.undecidedKeys.map {
                "undecided: no order of the operations on \(ShownText.bytes($0)) was found, nor that"
                    + " there is none, in \(Limits.searchStepsMax) steps"
            }
    }

    /// The lines for one violation.
    package static func lines(_ violation: Violation, _ history: History) -> [String] {
        let title = "\(violation.rule.rawValue): \(violation.text)"
        guard !violation.operations.isEmpty else { return [title] }
        let shown = violation.operations.prefix(Limits.shownOperationsMax)
        var lines = [title] + table(events(Array(shown), history))
        if shown.count < violation.operations.count {
            lines.append("  … and \(violation.operations.count - shown.count) more operations")
        }
        return lines
    }

    private struct Event {
        let at: UInt64
        let isEnd: Bool
        let operation: Int
        let text: String
    }

    private static func events(_ operations: [Int], _ history: History) -> [[String]] {
        var events: [Event] = []
        for index in operations {
            let operation = history.operations[index]
            events.append(
                Event(
                    at: operation.begunNanoseconds, isEnd: false, operation: index,
                    text: "> " + OperationText.action(operation.action)))
            guard operation.endedNanoseconds < .max else { continue }
            events.append(
                Event(
                    at: operation.endedNanoseconds, isEnd: true, operation: index,
                    text: "< " + ending(operation)))
        }
        events.sort {
            ($0.at, $0.isEnd ? 1 : 0, $0.operation) < ($1.at, $1.isEnd ? 1 : 0, $1.operation)
        }
        let start = events.first?.at ?? 0
        return events.map { event in
            let operation = history.operations[event.operation]
            return [
                milliseconds(event.at - start), "\(event.operation)", "\(operation.client)",
                "\(operation.node)", event.text,
            ]
        }
    }

    private static func ending(_ operation: RecordedOperation) -> String {
        var text = OperationText.ending(operation.ending)
        if operation.attempts > 1 { text += ", after \(operation.attempts) attempts" }
        if let request = operation.request {
            text += ", session \(request.session)-\(request.sequence)"
        }
        return text
    }

    /// Columns of equal width, the numbers to the right.
    private static func table(_ events: [[String]]) -> [String] {
        let rows = [["ms", "operation", "client", "node", "event"]] + events
        let widths = (0..<4).map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
        return rows.map { row in
            let numbers = (0..<4).map { column in
                String(repeating: " ", count: widths[column] - row[column].utf8.count) + row[column]
            }
            return "  " + numbers.joined(separator: "  ") + "  " + row[4]
        }
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        let rest = String(nanoseconds / 1_000 % 1_000)
        return "\(nanoseconds / 1_000_000)." + String(repeating: "0", count: 3 - rest.utf8.count)
            + rest
    }
}
