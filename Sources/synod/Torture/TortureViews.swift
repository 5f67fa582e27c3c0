internal import Basics
internal import Histories
internal import SynodClient

/// Reads what each node holds in the end.
struct TortureViews {
    let client: Client
    let prefix: [UInt8]
    private static let pageKeys: Int64 = 1_000
    private static let patienceMilliseconds: UInt64 = 30_000
    private static let pauseMilliseconds = 100

    /// One view per node, all at one revision that is no older than anything that was answered; and
    /// the words of the nodes that could not be asked.
    func take() async throws(ClientError) -> (views: [NodeView], failures: [String]) {
        let revision = try await patiently { () throws(ClientError) in
            try await client.get(.key(prefix)).info.revision
        }
        var views: [NodeView] = []
        var failures: [String] = []
        for (node, endpoint) in client.endpoints.enumerated() {
            do throws(ClientError) {
                let entries = try await entries(endpoint, revision)
                views.append(NodeView(node: node, revision: revision, entries: entries))
            } catch {
                failures.append("\(endpoint) does not show its content: \(error.message)")
            }
        }
        return (views, failures)
    }

    /// All that one node has applied up to the revision, by its own word.
    private func entries(
        _ endpoint: Endpoint, _ revision: Int64
    ) async throws(ClientError) -> [NodeView.Entry] {
        var entries: [NodeView.Entry] = []
        var options = GetOptions()
        options.consistency = .serializable
        options.revision = revision
        options.limit = Self.pageKeys
        var next = prefix
        guard let end = prefix.firstBeyondPrefix else { preconditionFailure("a prefix of letters") }
        while true {
            let (from, pageOptions) = (next, options)
            let page = try await patiently { () throws(ClientError) in
                try await client.get(.range(from: from, to: end), pageOptions, endpoint: endpoint)
            }
            entries += page.pairs.map { NodeView.Entry(key: $0.key, pair: Pair($0)) }
            guard page.hasMore, let last = page.pairs.last else { return entries }
            next = last.key + [0]
        }
    }

    /// Tries again while a node is away or lags.
    private func patiently<Result>(
        _ operation: () async throws(ClientError) -> Result
    ) async throws(ClientError) -> Result {
        let deadline = Clock.milliseconds() + Self.patienceMilliseconds
        while true {
            do throws(ClientError) {
                return try await operation()
            } catch {
                // "Out of range" is what a node says of a revision that it has not reached.
                let mayPass = error.code != .invalidArgument && error.code != .unimplemented
                guard mayPass, Clock.milliseconds() < deadline else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
        }
    }
}
