import EventLoops
import Foundation
import GRPC
import Synchronization
import Transport

/// A server on a thread of its own that answers every call of one method as it is told.
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
        var calls = 0
        var port: UInt16 = 0
        var mailbox: LoopMailbox?
        var isStopped = false
    }

    static let path = "/test.Service/Method"

    private let state: Mutex<State>
    private let started = DispatchSemaphore(value: 0)

    /// Answers the first calls with `answers`, in order, and all further ones with the last.
    init(_ answers: Answer...) {
        state = Mutex(State(answers: answers))
        Thread.detachNewThread { self.run() }
        started.wait()
    }

    var endpoint: String { state.withLock { "127.0.0.1:\($0.port)" } }

    /// Calls that arrived.
    var calls: Int { state.withLock { $0.calls } }

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
        router.register(unary: Self.path) { call, _ in
            switch self.next() {
            case .reply(let bytes): call.reply(bytes)
            case .fail(let code, let message, let outcome):
                call.fail(
                    code, message, trailers: outcome.map { [("synod-outcome", $0)] } ?? [])
            case .silence: break
            case .hangUp: server.shutdown(graceMilliseconds: 0)
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

    private func next() -> Answer {
        state.withLock { state in
            state.calls += 1
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
    }
}
