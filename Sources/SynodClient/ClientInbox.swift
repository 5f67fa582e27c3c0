internal import Basics
internal import EventLoops

/// The way from the callers to the loop thread. What is ordered before the loop exists waits here.
final class ClientInbox: Sendable {
    /// Where an outcome goes: to one waiting caller.
    typealias Completion = CheckedContinuation<Result<[UInt8], ClientError>, Never>

    enum Order: Sendable {
        case call(UInt64, CallOrder, Completion)
        case cancel(UInt64)
        case close
    }

    private struct State {
        var orders: [Order] = []
        var mailbox: LoopMailbox?
        var lastNumber: UInt64 = 0
        var callsInFlight = 0
        var isClosed = false
    }

    private let state = Monitor(State())

    /// A number for a call, by which it can be cancelled.
    func number() -> UInt64 {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    /// Puts a call in; answers at once if the client is closed or has too many calls under way.
    func put(_ number: UInt64, _ order: CallOrder, _ completion: Completion) {
        let refusal: ClientError? = state.withLock { state in
            if state.isClosed { return .closed }
            guard state.callsInFlight < Limits.callsInFlightMax else { return .tooManyCalls }
            state.callsInFlight += 1
            append(.call(number, order, completion), to: &state)
            return nil
        }
        if let refusal { completion.resume(returning: .failure(refusal)) }
    }

    /// Ends a call early, if it has not ended yet.
    func cancel(_ number: UInt64) {
        state.withLock { append(.cancel(number), to: &$0) }
    }

    /// Takes no more calls, and lets the loop thread end.
    func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            append(.close, to: &state)
        }
    }

    /// A call has ended; called by the loop.
    func callEnded() { state.withLock { $0.callsInFlight -= 1 } }

    /// The loop is there; called on it.
    func open(_ mailbox: LoopMailbox) {
        state.withLock { state in
            state.mailbox = mailbox
            if !state.orders.isEmpty { mailbox.post {} }
        }
    }

    /// All orders since the last call; called by the loop.
    func take() -> [Order] {
        state.withLock { state in
            let orders = state.orders
            state.orders = []
            return orders
        }
    }

    private func append(_ order: Order, to state: inout State) {
        state.orders.append(order)
        // An empty job is enough: the loop looks here in every turn.
        if state.orders.count == 1 { state.mailbox?.post {} }
    }
}

extension ClientError {
    /// Nothing is sent after the end.
    static let closed = ClientError(
        code: .cancelled, message: "the client is closed", isDefinite: true)
    static let cancelledBeforeTheCall = ClientError(
        code: .cancelled, message: "the task was cancelled", isDefinite: true)
    static let tooManyCalls = ClientError(
        code: .resourceExhausted, message: "too many calls under way", isDefinite: true)
}
