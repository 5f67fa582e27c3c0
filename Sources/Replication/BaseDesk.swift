package import Rows

/// Who waits for which operation of the base.
package final class BaseDesk {
    package let base: any Base
    private var lastTicket: UInt64 = 0
    /// By ticket; asked by its key only.
    private var waiting: [UInt64: (BaseOutcome) -> Void] = [:]

    init(_ base: any Base) { self.base = base }

    /// Begins an operation; `then` is called in a later turn, or never if the process ends before.
    func submit(_ operation: BaseOperation, then: @escaping (BaseOutcome) -> Void) {
        lastTicket += 1
        waiting[lastTicket] = then
        base.submit(operation, ticket: lastTicket)
    }

    /// Calls those whose operations are complete.
    func drainCompletions() {
        for completion in base.takeCompletions() {
            guard let then = waiting.removeValue(forKey: completion.ticket) else {
                preconditionFailure("the base completed what nobody asked for")
            }
            then(completion.outcome)
        }
    }
}
