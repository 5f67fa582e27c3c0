internal import EventLoops
internal import Transport

/// One call, from its start over its tries to its end. On the loop.
final class CallSession {
    let number: UInt64
    let order: CallOrder
    private let completion: ClientInbox.Completion
    private unowned let core: ClientCore
    /// When the caller's patience ends, in the loop's nanoseconds.
    private let deadline: UInt64
    /// Rounds over all nodes that have failed.
    private var rounds = 0
    /// Nodes that were asked in this round.
    private var triesInRound = 0
    private var call: ClientCall?
    private var pause: LoopTimer?
    private var lastFailure: ClientError?
    private var isOver = false

    init(
        _ number: UInt64, _ order: CallOrder, _ completion: ClientInbox.Completion, core: ClientCore
    ) {
        self.number = number
        self.order = order
        self.completion = completion
        self.core = core
        deadline = core.loop.now + core.configuration.requestTimeoutMilliseconds * 1_000_000
    }

    /// Asks a node.
    func attempt() {
        guard !isOver else { return }
        let remaining = millisecondsLeft()
        guard remaining > 0 else { return finish(.failure(timeOut())) }
        var timeout = remaining
        if order.kind == .read, order.endpoint == nil, core.endpointCount > 1 {
            timeout = min(timeout, core.configuration.readAttemptTimeoutMilliseconds)
        }
        let link = core.link(for: order.endpoint)
        triesInRound += 1
        call = link.call(order, timeoutMilliseconds: timeout) { [weak self] result in
            self?.ended(result, link)
        }
    }

    /// Ends it from outside. What was sent may have been executed.
    func abort(_ error: ClientError) {
        guard !isOver else { return }
        var error = error
        error.isDefinite = call == nil || order.kind == .read
        let open = call
        finish(.failure(error))
        open?.cancel()
    }

    private func ended(_ result: Result<[UInt8], ClientError>, _ link: NodeLink) {
        guard !isOver else { return }
        call = nil
        guard case .failure(let failure) = result else { return finish(result) }
        guard RetryPolicy.mayRetry(failure, order.kind) else { return finish(.failure(failure)) }
        lastFailure = failure
        if order.endpoint == nil { core.avoid(link) }
        let nodes = order.endpoint == nil ? core.endpointCount : 1
        if triesInRound < nodes { return attempt() }
        triesInRound = 0
        rounds += 1
        let wait = core.pause(afterRound: rounds)
        // Better the node's own words than a time-out that we know will come.
        guard wait < millisecondsLeft() else { return finish(.failure(failure)) }
        pause = core.loop.schedule(afterMilliseconds: wait) { [weak self] in self?.attempt() }
    }

    private func finish(_ result: Result<[UInt8], ClientError>) {
        precondition(!isOver, "a call ends once")
        isOver = true
        pause?.cancel()
        call = nil
        core.ended(self)
        completion.resume(returning: result)
    }

    private func millisecondsLeft() -> UInt64 {
        let now = core.loop.now
        return now < deadline ? (deadline - now) / 1_000_000 : 0
    }

    /// Only what certainly did not run is tried again, so a time-out between two tries is definite.
    private func timeOut() -> ClientError {
        var error =
            lastFailure
            ?? ClientError(code: .deadlineExceeded, message: "no time", isDefinite: true)
        if order.kind == .read { error.isDefinite = true }
        return error
    }
}
