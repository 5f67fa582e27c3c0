import Foundation
import SynodClient
import Testing

@testable import synod

/// A cluster of real processes.
final class TestCluster: Sendable {
    let nodes: [TestNode]
    let directory: String
    let token: String
    /// Further words for each `synod serve`.
    let options: [String]
    /// What its clients show, and whom they believe.
    let security: ClientSecurity?

    init(
        nodes: [TestNode], directory: String, options: [String] = [],
        security: ClientSecurity? = nil, token: String = "test-\(UUID().uuidString.prefix(8))"
    ) {
        self.security = security
        self.nodes = nodes
        self.directory = directory
        self.options = options
        self.token = token
    }

    /// Runs `body` with a cluster of `count` nodes that all answer, and stops it, whatever happens.
    /// When the body fails, the ends of the nodes' logs stand beside the failure.
    static func with(
        _ count: Int, options: [String] = [], _ body: (TestCluster) async throws -> Void
    ) async throws {
        let directory = try Places.temporaryDirectory()
        let nodes = (0..<count).map { TestNode(name: "n\($0)", directory: directory) }
        try await with(TestCluster(nodes: nodes, directory: directory, options: options), body)
    }

    static func with(
        _ cluster: TestCluster, _ body: (TestCluster) async throws -> Void
    ) async throws {
        do {
            try cluster.startAll()
            try await cluster.waitUntilAllAnswer()
            try await body(cluster)
            await cluster.end()
        } catch {
            cluster.recordLogs(after: error)
            await cluster.end()
            throw error
        }
    }

    var endpoints: [Endpoint] { nodes.map(\.endpoint) }
    /// All endpoints, as the flags want them.
    var endpointList: String { endpoints.map(\.description).joined(separator: ",") }

    func start(_ node: TestNode) throws {
        try node.start(node.arguments(nodes, token: token) + options)
    }

    func startAll() throws {
        for node in nodes where !node.isRunning { try start(node) }
    }

    /// A client that asks all nodes, beginning with the one at `first`.
    func client(
        first: Int = 0, timeoutMilliseconds: UInt64 = 5_000
    ) throws -> Client {
        var configuration = ClientConfiguration()
        configuration.requestTimeoutMilliseconds = timeoutMilliseconds
        configuration.security = security
        return try Client(
            endpoints: Array(endpoints[first...] + endpoints[..<first]),
            configuration: configuration)
    }

    /// A client that asks one node only.
    func client(of node: TestNode, timeoutMilliseconds: UInt64 = 5_000) throws -> Client {
        var configuration = ClientConfiguration()
        configuration.requestTimeoutMilliseconds = timeoutMilliseconds
        configuration.security = security
        return try Client(endpoints: [node.endpoint], configuration: configuration)
    }

    /// Waits until each running node answers a linearizable read.
    func waitUntilAllAnswer(seconds: Double = 30) async throws {
        for node in nodes where node.isRunning {
            try await waitUntilAnswers(node, seconds: seconds)
        }
    }

    func waitUntilAnswers(_ node: TestNode, seconds: Double = 30) async throws {
        let client = try client(of: node, timeoutMilliseconds: 1_000)
        defer { client.close() }
        try await wait("an answer of \(node.name)", seconds: seconds) {
            guard node.isRunning else {
                throw WaitTimeout(description: "\(node.name) ended: \(node.end.debugDescription)")
            }
            return (try? await client.get(.key(Array("answers?".utf8)))) != nil
        }
    }

    /// The node that leads, by its own word and that of a running majority.
    func leader(seconds: Double = 30) async throws -> TestNode {
        var found: TestNode?
        try await wait("a leader", seconds: seconds) {
            found = await leaderNow()
            return found != nil
        }
        return try #require(found)
    }

    /// The node that says of itself that it leads; nil if there is none.
    func leaderNow() async -> TestNode? {
        var best: (node: TestNode, round: UInt64)?
        for node in nodes where node.isRunning {
            guard let client = try? client(of: node, timeoutMilliseconds: 1_000) else { continue }
            defer { client.close() }
            guard let status = try? await client.status(node.endpoint), status.isLeader else {
                continue
            }
            // An old leader that has not heard of its end yet has a lower round.
            if best.map({ $0.round < status.ballotRound }) ?? true {
                best = (node, status.ballotRound)
            }
        }
        return best?.node
    }

    /// Everything that one node says is stored, by linearizable reads through it.
    func readAll(_ node: TestNode, prefix: String = "") async throws -> [KeyValue] {
        let client = try client(of: node, timeoutMilliseconds: 30_000)
        defer { client.close() }
        var pairs: [KeyValue] = []
        var options = GetOptions()
        options.limit = 2_000
        var range = KeyRange.prefix(Array(prefix.utf8))
        let end = prefix.isEmpty ? nil : Self.end(of: prefix)
        while true {
            let page = try await client.get(range, options)
            pairs += page.pairs
            guard page.hasMore, let last = page.pairs.last else { return pairs }
            // All pages show the store at one revision.
            options.revision = options.revision == 0 ? page.info.revision : options.revision
            let next = last.key + [0]
            range = end.map { .range(from: next, to: $0) } ?? .from(next)
        }
    }

    private static func end(of prefix: String) -> [UInt8] {
        var end = Array(prefix.utf8)
        end[end.count - 1] += 1
        return end
    }

    /// Kills what still runs and removes the files.
    func end() async {
        for node in nodes { node.send(SIGKILL) }
        for node in nodes { try? await node.waitForEnd() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    func recordLogs(after error: any Error) {
        for node in nodes {
            let end = node.end.map { "\($0)" } ?? "runs"
            Issue.record(
                "\(node.name) \(end): \(Files.tail(node.log, bytesMax: 3_000))\n(\(error))")
        }
    }
}
