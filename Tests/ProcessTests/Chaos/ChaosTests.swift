import Foundation
import Histories
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Nothing acknowledged is lost, whoever is killed.
    @Suite(.serialized) struct ChaosTests {
        private static let acknowledgedMin = 20_000

        @Test(.timeLimit(.minutes(5)))
        func nothingAcknowledgedIsLostWhoeverIsKilled() async throws {
            try await TestCluster.with(3) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let run = clients.run(putters: 24, appenders: 6)
                defer { clients.stop() }
                let plan = ChaosNemesis.plan(leaders: 8, followers: 8, all: 3)
                try await ChaosNemesis(cluster: cluster).run(plan)
                try await wait("\(Self.acknowledgedMin) acknowledged writes", seconds: 60) {
                    clients.acknowledged >= Self.acknowledgedMin
                }
                clients.stop()
                let record = try await run
                try await expectGood(record, cluster)
            }
        }

        /// A frozen leader is replaced, and when it wakes up it gives no stale answer.
        @Test(.timeLimit(.minutes(2)))
        func aFrozenLeaderIsReplaced() async throws {
            try await TestCluster.with(3) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let run = clients.run(putters: 6, appenders: 6)
                defer { clients.stop() }
                for _ in 0..<4 {
                    let frozen = try await cluster.leader()
                    frozen.send(SIGSTOP)
                    defer { frozen.send(SIGCONT) }
                    try await writeWithout(frozen, cluster)
                    frozen.send(SIGCONT)
                    try await cluster.waitUntilAllAnswer()
                    let before = clients.acknowledged
                    try await wait("further writes") { clients.acknowledged > before + 300 }
                }
                clients.stop()
                let record = try await run
                try await expectGood(record, cluster)
            }
        }

        /// Nodes that are stopped in order, one after the other, leave the others at work.
        @Test(.timeLimit(.minutes(2)))
        func aRollingRestartLosesNothing() async throws {
            try await TestCluster.with(3) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let run = clients.run(putters: 6, appenders: 6)
                defer { clients.stop() }
                // A client stays with the node that it fell back to: each node has its own only now.
                try await wait("an acknowledgement by every node") {
                    clients.answeringMemberCount == cluster.nodes.count
                }
                for node in cluster.nodes {
                    try await node.stop(SIGTERM)
                    let end = node.end.map { "\($0)" }
                    #expect(end == "exited with status 0", "\(node.logText)")
                    try cluster.start(node)
                    try await cluster.waitUntilAllAnswer()
                }
                clients.stop()
                let record = try await run
                try await expectGood(record, cluster)
            }
        }

        private func writeWithout(_ frozen: TestNode, _ cluster: TestCluster) async throws {
            let others = cluster.nodes.filter { $0 !== frozen }.map(\.endpoint)
            var configuration = ClientConfiguration()
            configuration.requestTimeoutMilliseconds = 1_000
            let client = try Client(endpoints: others, configuration: configuration)
            defer { client.close() }
            try await wait("a write without the frozen leader", seconds: 10) {
                (try? await client.put("frozen", frozen.name)) != nil
            }
        }

        /// The same proof must fail when one acknowledged write is gone.
        @Test(.timeLimit(.minutes(1)))
        func aWriteThatIsGoneIsNoticed() async throws {
            try await TestCluster.with(3) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let run = clients.run(putters: 3, appenders: 2)
                defer { clients.stop() }
                try await wait("some writes") { clients.acknowledged >= 200 }
                clients.stop()
                let record = try await run
                try await expectGood(record, cluster)
                let thief = try cluster.client()
                defer { thief.close() }
                #expect(try await thief.delete("chaos/put/0/1"))
                let history = try await ChaosVerdict.history(record, cluster)
                #expect(Self.brokenRules(history).contains(.acknowledgedPresent))
            }
        }

        /// An acknowledgement of a write that was never sent, as a server that drops one gives it.
        @Test(.timeLimit(.minutes(1)))
        func aWriteThatWasDroppedIsNoticed() async throws {
            try await TestCluster.with(1) { cluster in
                let clients = ChaosClients(cluster: cluster)
                async let run = clients.run(putters: 2, appenders: 2)
                defer { clients.stop() }
                try await wait("some writes") { clients.acknowledged >= 100 }
                clients.stop()
                var record = try await run
                let last = try #require(record.operations.compactMap(\.answer?.revision).max())
                var dropped = RecordedOperation(
                    client: 99, node: 0,
                    action: .put(key: Array("chaos/put/dropped".utf8), value: [1]),
                    begunNanoseconds: .max - 2)
                dropped.end(
                    .done(Answer(revision: last, .put)), atNanoseconds: .max - 1)
                record.operations.append(dropped)
                let history = try await ChaosVerdict.history(record, cluster)
                #expect(Self.brokenRules(history).contains(.acknowledgedPresent))
            }
        }

        private func expectGood(_ record: ChaosClients.Record, _ cluster: TestCluster) async throws
        {
            try await ChaosVerdict.expectGood(record, cluster)
            // Every node has answered clients; none was idle behind the others.
            #expect(record.acknowledgedByMember.count == cluster.nodes.count)
        }

        private static func brokenRules(_ history: History) -> Set<Rule> {
            Set(HistoryCheck.run(history).violations.map(\.rule))
        }
    }
}
