import EtcdMessages
import EventLoops
import Foundation
import GRPC
import Protobuf
import Synchronization
import Transport

/// A server on a thread of its own that answers every call as it is told: those of one method and of
/// etcd's Put by one script, registrations of sessions by another one.
final class ScriptedServer: Sendable {
    enum Answer: Sendable {
        case reply([UInt8])
        case fail(GRPCCode, String, outcome: String? = nil)
        /// Takes the call and never answers.
        case silence
        /// Takes the call and closes all connections.
        case hangUp
    }

    private struct State {
        var answers: [Answer]
        var registrations: [Answer]
        var logins: [Answer]
        var calls = 0
        var registrationCalls = 0
        var tickets: [String] = []
        var port: UInt16 = 0
        var mailbox: LoopMailbox?
        var isStopped = false
    }

    static let path = "/test.Service/Method"

    private let state: Mutex<State>
    private let started = DispatchSemaphore(value: 0)

    /// Answers the first calls with `answers`, in order, and all further ones with the last; and
    /// likewise registrations and logins, which it does not know if there is no answer to them.
    init(_ answers: Answer..., registrations: [Answer] = [], logins: [Answer] = []) {
        state = Mutex(State(answers: answers, registrations: registrations, logins: logins))
        Thread.detachNewThread { self.run() }
        started.wait()
    }

    var endpoint: String { state.withLock { "127.0.0.1:\($0.port)" } }

    /// Calls that arrived.
    var calls: Int { state.withLock { $0.calls } }

    /// Registrations that arrived.
    var registrationCalls: Int { state.withLock { $0.registrationCalls } }

    /// What the calls that arrived said in `synod-session`; `none` for nothing.
    var tickets: [String] { state.withLock { $0.tickets } }

    /// The answer to a registration.
    static func session(_ id: UInt64, window: UInt64 = 256) -> Answer {
        .reply(
            RegisterSessionResponse.with {
                $0.session = id
                $0.window = window
            }.serializedBytes())
    }

    /// The answer to a login.
    static func token(_ token: String) -> Answer {
        .reply(AuthenticateResponse.with { $0.token = token }.serializedBytes())
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.mailbox?.post {}
        }
    }

    private func run() {
        let loop = EventLoop()
        let router = Router()
        let server = Server(
            loop: loop, configuration: ServerConfiguration(host: "127.0.0.1", port: 0),
            router: router)
        func answer(_ call: UnaryCall, _ answer: Answer) {
            switch answer {
            case .reply(let bytes): call.reply(bytes)
            case .fail(let code, let message, let outcome):
                call.fail(
                    code, message, trailers: outcome.map { [("synod-outcome", $0)] } ?? [])
            case .silence: break
            case .hangUp: server.shutdown(graceMilliseconds: 0)
            }
        }
        for path in [Self.path, KVMethods.put] {
            router.register(unary: path) { call, _ in
                answer(call, self.next(ticket: call.metadata("synod-session")))
            }
        }
        if state.withLock({ !$0.registrations.isEmpty }) {
            router.register(unary: StoreMethods.registerSession) { call, _ in
                answer(call, self.nextRegistration())
            }
        }
        if state.withLock({ !$0.logins.isEmpty }) {
            router.register(unary: AuthMethods.authenticate) { call, _ in
                answer(call, self.state.withLock { Self.next(&$0.logins) })
            }
        }
        do { try server.start() } catch { fatalError("no server: \(error)") }
        state.withLock {
            $0.port = server.ports[0]
            $0.mailbox = loop.mailbox
        }
        started.signal()
        while !state.withLock({ $0.isStopped }) { loop.runOnce(waiting: true) }
        server.shutdown(graceMilliseconds: 0)
        for _ in 0..<10 { loop.runOnce() }
    }

    private func next(ticket: String?) -> Answer {
        state.withLock { state in
            state.calls += 1
            state.tickets.append(ticket ?? "none")
            return Self.next(&state.answers)
        }
    }

    private func nextRegistration() -> Answer {
        state.withLock { state in
            state.registrationCalls += 1
            return Self.next(&state.registrations)
        }
    }

    private static func next(_ answers: inout [Answer]) -> Answer {
        answers.count > 1 ? answers.removeFirst() : answers[0]
    }
}
