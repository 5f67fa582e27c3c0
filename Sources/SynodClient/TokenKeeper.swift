internal import Basics
internal import EtcdMessages
internal import Protobuf

/// Logs a client in when its first call comes, and again when the servers do not know its token any more. On the loop.
final class TokenKeeper {
    private unowned let core: ClientCore
    private let login: UserLogin?
    private var token: String?
    /// The servers say that nobody has to log in.
    private var isOff = false
    private var isLoggingIn = false
    /// Calls without a token, in the order of their coming.
    private var waiting = RingBuffer<CallSession>()

    init(core: ClientCore, login: UserLogin?) {
        self.core = core
        self.login = login
    }

    /// Whether a call has to wait for a token at all.
    func isNeeded(by order: CallOrder) -> Bool {
        login != nil && order.path != AuthMethods.authenticate
    }

    /// Gives a call a token, now or later; nil where nobody needs one.
    func enter(_ call: CallSession) {
        if token != nil || isOff { return call.loggedIn(token) }
        waiting.append(call)
        logIn()
    }

    /// The servers do not take the token, or, as nobody needed one before, ask for one.
    func lost(_ old: String?) {
        guard token == old else { return }
        token = nil
        isOff = false
    }

    private func logIn() {
        guard !isLoggingIn, let login else { return }
        isLoggingIn = true
        let request = AuthenticateRequest.with {
            ($0.name, $0.password) = (login.name, login.password)
        }
        let order = CallOrder(
            path: AuthMethods.authenticate, request: request.serializedBytes(), kind: .read,
            endpoint: nil, needsLeader: true)
        core.begin(order) { [weak self] in self?.ended($0) }
    }

    private func ended(_ result: Result<[UInt8], ClientError>) {
        isLoggingIn = false
        switch result.map({ try? AuthenticateResponse(serializedBytes: $0) }) {
        case .success(let response): token = response?.token ?? ""
        case .failure(let failure) where failure.message == Self.notEnabled: isOff = true
        case .failure(let failure):
            while let call = waiting.popFirst() { call.refused(failure) }
        }
        while let call = waiting.popFirst() {
            if !call.isOver { call.loggedIn(token) }
        }
    }

    /// Whether a failure means that another token is needed; the call did not run.
    static func asksForLogin(_ failure: ClientError) -> Bool {
        TokenRefusal.isMeant(by: failure.message)
    }

    private static let notEnabled = "etcdserver: authentication is not enabled"
}

/// That servers do not take a token (any more), or ask for one.
package enum TokenRefusal {
    private static let words = [
        "etcdserver: invalid auth token", "etcdserver: revision of auth store is old",
        "etcdserver: user name is empty",
    ]

    /// Whether this is why a call failed, or a watch, whose reason has something before the words.
    package static func isMeant(by reason: String) -> Bool {
        words.contains { reason.hasSuffix($0) }
    }
}
