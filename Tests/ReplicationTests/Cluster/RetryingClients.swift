import EtcdMessages
import Protobuf
import Replication
import StateMachine

/// Clients with a session each, who append their pieces one after the other to one list, and try each
/// piece at random nodes until somebody says that it was done.
final class RetryingClients {
    private struct Client {
        var session: UInt64?
        var done = 0
        /// Counts tries, so that what a given-up one brings later is known for what it is.
        var tries = 0
    }

    private let cluster: Cluster
    private let appends: Int
    private var clients: [Client]
    private(set) var retryCount = 0
    /// How long a client waits for a node before it asks another one.
    private static let patienceMicroseconds: UInt64 = 150_000

    init(_ cluster: Cluster, count: Int, appends: Int) {
        self.cluster = cluster
        self.appends = appends
        clients = Array(repeating: Client(), count: count)
        for client in clients.indices { cluster.timeline.after(1_000) { [self] in ask(client) } }
    }

    var areDone: Bool { clients.allSatisfy { $0.done == appends } }

    var expectedPieces: [String] {
        clients.indices.flatMap { client in (0..<appends).map { "\(client).\($0)" } }
    }

    /// Whether each client's pieces stand in the order in which it wrote them.
    func isInOrder(_ pieces: [String]) -> Bool {
        clients.indices.allSatisfy { client in
            pieces.filter { $0.hasPrefix("\(client).") } == (0..<appends).map { "\(client).\($0)" }
        }
    }

    private func ask(_ client: Int) {
        guard clients[client].done < appends else { return }
        clients[client].tries += 1
        let attempt = clients[client].tries
        let again = { [self] in
            guard clients[client].tries == attempt else { return }
            if clients[client].session != nil { retryCount += 1 }
            ask(client)
        }
        cluster.timeline.after(Self.patienceMicroseconds, again)
        let node = cluster.nodes[Int(cluster.random(in: 0...UInt64(cluster.nodes.count - 1)))]
        guard let replica = node.replica else { return }
        guard let session = clients[client].session else {
            replica.propose(.registerSession, request: []) { [self] in
                registered(client, attempt, $0)
            }
            return node.requestTurn()
        }
        let piece = clients[client].done
        let request = ReadModifyWriteRequest.with {
            $0.key = Array("list".utf8)
            $0.append = Array("\(client).\(piece);".utf8)
        }
        replica.propose(
            .readModifyWrite, session: ClientSession(id: session, sequence: UInt64(piece + 1)),
            request: request.serializedBytes()
        ) { [self] in ended(client, attempt, $0) }
        node.requestTurn()
    }

    private func registered(_ client: Int, _ attempt: Int, _ result: ProposalResult) {
        guard clients[client].tries == attempt,
            case .applied(.registerSession(let response)) = result
        else { return }
        clients[client].session = response.session
        ask(client)
    }

    private func ended(_ client: Int, _ attempt: Int, _ result: ProposalResult) {
        guard clients[client].tries == attempt else { return }
        switch result {
        case .applied(.readModifyWrite):
            // Some answers are lost on the way.
            if cluster.happens(percent: 20) { return }
            clients[client].done += 1
            // Its patience with this try counts no more.
            clients[client].tries += 1
            cluster.timeline.after(1_000) { [self] in ask(client) }
        case .applied(let outcome): cluster.note("an append came to \(outcome)")
        case .refused, .unknown: break
        }
    }
}
