import MVCC
import Rows

/// A base that says what a test tells it to.
final class ScriptedBase: Base {
    /// What was asked of it, oldest first.
    private(set) var operations: [BaseOperation] = []
    private var tickets: [UInt64] = []
    private var completions: [BaseCompletion] = []

    /// The oldest operation that waits comes to this.
    func complete(_ outcome: BaseOutcome) {
        completions.append(BaseCompletion(ticket: tickets.removeFirst(), outcome: outcome))
    }

    var keys: any KeyBase { preconditionFailure("nobody reads") }
    func tables() throws(RowError) -> [TableRow] { [] }

    func submit(_ operation: BaseOperation, ticket: UInt64) {
        operations.append(operation)
        tickets.append(ticket)
    }

    func takeCompletions() -> [BaseCompletion] {
        defer { completions = [] }
        return completions
    }

    func condemn() {}
    let isBehind = false
    let byteCount = 0
    let keptSnapshots: [UInt64] = []
    func limitCache(toBytes bytes: Int) {}
}
