import SynodClient
import Synchronization

/// A client with manners, that writes and reads all the time and notes each failure.
final class Witness: Sendable {
    private let cluster: TestCluster
    private let clients: [Client]
    private let isStopped = Mutex(false)

    init(_ cluster: TestCluster) throws {
        self.cluster = cluster
        clients = try cluster.nodes.map { try cluster.client(of: $0) }
    }

    func stop() { isStopped.withLock { $0 = true } }

    /// Works until `stop`. Returns the number of calls and what went wrong.
    func run() async -> (calls: Int, failures: [String]) {
        defer { for client in clients { client.close() } }
        var (calls, failures) = (0, [String]())
        while !isStopped.withLock({ $0 }) {
            let (writer, reader) = (
                clients[calls % clients.count], clients[(calls + 1) % clients.count]
            )
            calls += 1
            do {
                try await writer.put("witness", "\(calls)")
                let found = try await reader.get("witness")?.valueText
                if found != "\(calls)" { failures.append("wrote \(calls), read \(found ?? "-")") }
            } catch {
                failures.append("\(error)")
            }
        }
        return (calls, failures)
    }
}
