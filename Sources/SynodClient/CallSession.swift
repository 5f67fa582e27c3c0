internal import EventLoops
internal import Transport

/// One call, from its start over its tries to its end. On the loop.
final class CallSession {
    typealias Completion = (Result<[UInt8], ClientError>) -> Void

    let number: UInt64
    let order: CallOrder
    private let completion: Completion
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
    /// The number that all tries of a write carry, so that one of them is executed.
    private var ticket: WriteTicket?
    /// A write has no number yet.
    private var isWaiting = false
    /// A try of a write has ended with its outcome open.
    private var mayHaveRun = false
    private(set) var isOver = false
    /// What says who calls.
    private var token: String?
    /// How often the servers asked for another token.
    private var logins = 0

    init(
        _ number: UInt64, _ order: CallOrder, _ completion: @escaping Completion, core: ClientCore
    ) {
        self.number = number
        self.order = order
        self.completion = completion
        self.core = core
        let timeout = order.timeoutMilliseconds ?? core.configuration.requestTimeoutMilliseconds
        deadline = core.loop.now + min(timeout, Limits.timeoutMillisecondsMax) * 1_000_000
    }

    /// What this call may do, now that it is known whether there is a session.
    private var kind: RetryPolicy.Kind {
        order.kind == .sessionWrite && ticket == nil ? .write : order.kind
    }

    /// Asks a node, as soon as it is known who calls, and a write has its number.
    func begin() {
        guard core.tokens.isNeeded(by: order) else { return enterSession() }
        isWaiting = true
        core.tokens.enter(self)
        guard isWaiting, !isOver else { return }
        waitInVainAtLast()
    }

    /// Somebody calls: a token says who; nil where nobody needs one.
    func loggedIn(_ token: String?) {
        guard !isOver else { return }
        isWaiting = false
        pause?.cancel()
        self.token = token
        if ticket == nil { enterSession() } else { attempt() }
    }

    private func waitInVainAtLast() {
        pause = core.loop.schedule(afterMilliseconds: millisecondsLeft()) { [weak self] in
            self?.waitedInVain()
        }
    }

    private func enterSession() {
        guard order.kind == .sessionWrite else { return attempt() }
        isWaiting = true
        core.sessions.enter(self)
        guard isWaiting, !isOver else { return }
        waitInVainAtLast()
    }

    /// The number of a write; nil if the servers have no sessions.
    func admitted(_ ticket: WriteTicket?) {
        isWaiting = false
        pause?.cancel()
        self.ticket = ticket
        attempt()
    }

    /// There is no session to be had, or no token, and this try was not sent. What is said of it is no word on
    /// earlier ones.
    func refused(_ failure: ClientError) {
        guard !isOver else { return }
        var failure = failure
        (failure.isDefinite, failure.isForAllTries) = (true, false)
        finish(.failure(settled(failure)))
    }

    private func waitedInVain() { refused(core.sessions.lastFailure ?? .noTime) }

    private func attempt() {
        guard !isOver else { return }
        let remaining = millisecondsLeft()
        guard remaining > 0 else { return finish(.failure(settled(lastFailure ?? .noTime))) }
        var timeout = remaining
        if kind.isRepeatable, order.endpoint == nil, core.endpointCount > 1 {
            timeout = min(timeout, core.configuration.attemptTimeoutMilliseconds)
        }
        let link = core.link(for: order.endpoint)
        triesInRound += 1
        call = link.call(order, ticket: ticket, token: token, timeoutMilliseconds: timeout) {
            [weak self] result in
            self?.ended(result, link)
        }
    }

    /// Ends it from outside. What was sent may have been executed.
    func abort(_ error: ClientError) {
        guard !isOver else { return }
        var error = error
        error.isDefinite = call == nil
        let open = call
        finish(.failure(settled(error)))
        open?.cancel()
    }

    private func ended(_ result: Result<[UInt8], ClientError>, _ link: NodeLink) {
        guard !isOver else { return }
        call = nil
        guard case .failure(let failure) = result else { return finish(result) }
        if let ticket, let refusal = SessionRefusal(failure) {
            return lost(ticket, refusal, failure)
        }
        if TokenKeeper.asksForLogin(failure), core.tokens.isNeeded(by: order),
            logins < Limits.loginsPerCall
        {
            logins += 1
            core.tokens.lost(token)
            return begin()
        }
        let mayRetry = RetryPolicy.mayRetry(failure, kind)
        guard mayRetry else { return finish(.failure(settled(failure))) }
        lastFailure = failure
        if !failure.isDefinite { mayHaveRun = true }
        tryAgain(after: failure, link)
    }

    private func tryAgain(after failure: ClientError, _ link: NodeLink) {
        if order.endpoint == nil { core.avoid(link) }
        let nodes = order.endpoint == nil ? core.endpointCount : 1
        if triesInRound < nodes { return attempt() }
        triesInRound = 0
        rounds += 1
        let wait = core.pause(afterRound: rounds)
        // Better the node's own words than a time-out that we know will come.
        guard wait < millisecondsLeft() else { return finish(.failure(settled(failure))) }
        pause = core.loop.schedule(afterMilliseconds: wait) { [weak self] in self?.attempt() }
    }

    /// The servers do not know whether this number has run, and will not run it. If it was sent only
    /// now, it did not, and may get another one.
    private func lost(_ ticket: WriteTicket, _ refusal: SessionRefusal, _ failure: ClientError) {
        if refusal == .sessionExpired { core.sessions.lost(session: ticket.session) }
        guard !mayHaveRun else { return finish(.failure(settled(failure))) }
        lastFailure = failure
        core.sessions.leave(ticket)
        self.ticket = nil
        begin()
    }

    private func finish(_ result: Result<[UInt8], ClientError>) {
        precondition(!isOver, "a call ends once")
        isOver = true
        pause?.cancel()
        call = nil
        core.ended(self)
        if let ticket { core.sessions.leave(ticket) }
        completion(result)
    }

    private func millisecondsLeft() -> UInt64 {
        let now = core.loop.now
        return now < deadline ? (deadline - now) / 1_000_000 : 0
    }

    /// What a failure says of the whole call: of a write, that nothing was changed only if no try is
    /// open; of a read, always.
    private func settled(_ failure: ClientError) -> ClientError {
        var failure = failure
        if mayHaveRun, !failure.isForAllTries { failure.isDefinite = false }
        if order.kind == .read { failure.isDefinite = true }
        return failure
    }
}

extension ClientError {
    static let noTime = ClientError(
        code: .deadlineExceeded, message: "no time", isDefinite: true)
}
