import Foundation
import SynodClient
import Synchronization
import Testing

extension ProcessTests {
    /// Retries execute once, whoever dies and whatever answer is lost.
    @Suite(.serialized) struct ExactlyOnceTests {
        private static let clientCount = 50
        /// Pieces per key, so that values stay small while their history is kept.
        private static let piecesPerKey = 100

        /// All clients together. The full run has 100,000.
        private static var appendCount: Int {
            let wanted = ProcessInfo.processInfo.environment["SYNOD_EXACTLY_ONCE_APPENDS"]
            return wanted.flatMap { Int($0) } ?? 8_000
        }

        @Test(.timeLimit(.minutes(30)))
        func appendsLeaveOnePieceEach() async throws {
            try await TestCluster.with(3) { cluster in
                let thieves = try cluster.nodes.map { try ReplyThief(target: $0.clientPort) }
                defer { for thief in thieves { thief.stop() } }
                let done = Flag()
                async let kills = killLeaders(cluster, until: done)
                let perClient = Self.appendCount / Self.clientCount
                do {
                    defer { done.set() }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<Self.clientCount {
                            group.addTask { try await self.append(number, perClient, thieves) }
                        }
                        try await group.waitForAll()
                    }
                }
                let killed = try await kills
                try await expectOnce(cluster, perClient)
                let retries = try await Self.retries(cluster.nodes[0])
                let thefts = thieves.map(\.thefts).reduce(0, +)
                #expect(killed > 0)
                #expect(thefts > 0)
                #expect(retries > 0, "no retry was answered from the table: the test shows nothing")
                print(
                    "exactly once: \(perClient * Self.clientCount) appends, \(killed) leaders",
                    "killed, \(thefts) connections with lost replies, \(retries) retries answered",
                    "with the first result")
            }
        }

        /// Tells another task to end.
        private final class Flag: Sendable {
            private let value = Mutex(false)
            var isSet: Bool { value.withLock { $0 } }
            func set() { value.withLock { $0 = true } }
        }

        private func append(_ number: Int, _ count: Int, _ thieves: [ReplyThief]) async throws {
            var configuration = ClientConfiguration()
            configuration.requestTimeoutMilliseconds = 120_000
            configuration.attemptTimeoutMilliseconds = 1_000
            configuration.startsAtRandomEndpoint = true
            let endpoints = thieves.map { Endpoint(host: "127.0.0.1", port: $0.port) }
            let client = try Client(endpoints: endpoints, configuration: configuration)
            defer { client.close() }
            for piece in 0..<count {
                try await client.append(Self.key(number, piece), "\(number).\(piece);")
            }
        }

        private func killLeaders(
            _ cluster: TestCluster, until done: Flag
        ) async throws -> Int {
            var killed = 0
            let nemesis = ChaosNemesis(cluster: cluster)
            while !done.isSet {
                try await nemesis.run([.leader])
                killed += 1
            }
            return killed
        }

        private func expectOnce(_ cluster: TestCluster, _ perClient: Int) async throws {
            try await cluster.waitUntilAllAnswer()
            for node in cluster.nodes {
                var pieces: [String: [Substring]] = [:]
                for pair in try await cluster.readAll(node, prefix: "pieces/") {
                    pieces[pair.keyText] = pair.valueText.split(separator: ";")
                }
                #expect(
                    pieces.values.map(\.count).reduce(0, +) == perClient * Self.clientCount)
                for number in 0..<Self.clientCount {
                    for first in stride(from: 0, to: perClient, by: Self.piecesPerKey) {
                        let last = min(first + Self.piecesPerKey, perClient)
                        let expected = (first..<last).map { Substring("\(number).\($0)") }
                        #expect(pieces[Self.key(number, first)] == expected, "\(node.name)")
                    }
                }
            }
        }

        private static func key(_ number: Int, _ piece: Int) -> String {
            "pieces/\(number)/\(piece / piecesPerKey)"
        }

        private static func retries(_ node: TestNode) async throws -> Int {
            let metrics = try await Tool.curl("\(node.url)/metrics")
            let line = metrics.lines.first { $0.hasPrefix("synod_session_retries ") }
            let value = try #require(line).split(separator: " ")[1]
            return Int(try #require(Double(value)))
        }
    }
}
