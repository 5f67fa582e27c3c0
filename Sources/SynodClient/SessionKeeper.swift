internal import Basics
internal import EtcdMessages
internal import Protobuf

/// Gives writes their numbers in a session. The session is registered when the first write comes, and
/// another one when the servers have forgotten it. On the loop.
final class SessionKeeper {
    private enum State {
        case none
        case registering
        /// There is a `session`.
        case open
        /// The servers have no sessions: they are etcd's.
        case unsupported
    }

    private unowned let core: ClientCore
    private var state: State
    private var session: WriteSession?
    /// Writes that have no number yet, in the order of their coming.
    private var waiting = RingBuffer<CallSession>()
    /// Why there is no session; nil once there is one.
    private(set) var lastFailure: ClientError?

    init(core: ClientCore, isEnabled: Bool) {
        self.core = core
        state = isEnabled ? .none : .unsupported
    }

    /// Admits a write, now or later.
    func enter(_ call: CallSession) {
        waiting.append(call)
        serve()
    }

    /// A write is not tried again.
    func leave(_ ticket: WriteTicket) {
        guard session?.id == ticket.session else { return }
        session?.close(ticket)
        serve()
    }

    /// The servers do not know the session any more.
    func lost(session id: UInt64) {
        guard session?.id == id else { return }
        session = nil
        state = .none
    }

    private func serve() {
        while let call = waiting.first {
            guard !call.isOver else {
                waiting.popFirst()
                continue
            }
            guard let admission = admission() else { return }
            waiting.popFirst()
            call.admitted(admission.ticket)
        }
    }

    /// Without a ticket: a write as it is without sessions.
    private struct Admission {
        let ticket: WriteTicket?
    }

    /// Nil if the write must wait.
    private func admission() -> Admission? {
        switch state {
        case .none:
            register()
            return nil
        case .registering: return nil
        case .unsupported: return Admission(ticket: nil)
        case .open: return session?.open().map { Admission(ticket: $0) }
        }
    }

    private func register() {
        state = .registering
        let order = CallOrder(
            path: StoreMethods.registerSession,
            request: RegisterSessionRequest().serializedBytes(),
            // Registering twice leaves a session that nobody uses.
            kind: .read, endpoint: nil, needsLeader: true)
        core.begin(order) { [weak self] in self?.registered($0) }
    }

    private func registered(_ result: Result<[UInt8], ClientError>) {
        state = .none
        switch result {
        case .success(let bytes): open(bytes)
        case .failure(let failure):
            lastFailure = failure
            if failure.code == .unimplemented { state = .unsupported }
            let mayGoBetter = RetryPolicy.mayRetry(failure, .read) && !core.isClosing
            if failure.code != .unimplemented, !mayGoBetter { return refuseAll(failure) }
        }
        serve()
    }

    private func open(_ answer: [UInt8]) {
        do throws(WireError) {
            let response = try RegisterSessionResponse(serializedBytes: answer)
            let window = min(Int(clamping: response.window), Limits.callsInFlightMax)
            session = WriteSession(id: response.session, window: max(1, window))
            state = .open
            lastFailure = nil
        } catch {
            refuseAll(
                ClientError(
                    code: .internal, message: "an answer that is no RegisterSessionResponse",
                    isDefinite: true))
        }
    }

    /// No write that waits was ever sent.
    private func refuseAll(_ failure: ClientError) {
        let refused = waiting
        waiting.removeAll()
        for position in 0..<refused.count where !refused[position].isOver {
            refused[position].refused(failure)
        }
    }
}
