import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// A node whose state is not that of the others: it is found out, fenced, and heals by a restart (decision 16).
    @Suite(.serialized) struct WrongStateTests {
        private static let bug = ["--unsafe-inject-bug", "node-read-in-apply"]

        @Test(.timeLimit(.minutes(3)))
        func aNodeWhoseStateDiffersIsFencedUntilItIsStartedAgain() async throws {
            try await TestCluster.with(3) { cluster in
                let node = cluster.nodes[1]
                try await node.stop(SIGTERM)
                try node.start(node.arguments(cluster.nodes, token: cluster.token) + Self.bug)
                try await cluster.waitUntilAnswers(node)
                let client = try cluster.client(of: cluster.nodes[0])
                defer { client.close() }
                let id = try await client.status(node.endpoint).info.memberID
                // Also through the node itself, whose own commands it executes wrongly.
                try await Pulse.during(cluster) { pulse in
                    let start = Clock.milliseconds()
                    try await wait("the alarm", seconds: 20) {
                        try await !client.alarms().isEmpty
                    }
                    let found = Clock.milliseconds() - start
                    let alarms = try await client.alarms()
                    #expect(alarms.map(\.member) == [id] && alarms.map(\.kind) == [.corrupt])
                    try await expectFenced(node, cluster)
                    try await expectServed(cluster.nodes.filter { $0 !== node }, cluster, pulse)
                    try await node.stop(SIGTERM)
                    try cluster.start(node)
                    try await cluster.waitUntilAnswers(node)
                    try await wait("the end of the alarm", seconds: 20) {
                        try await client.alarms().isEmpty
                    }
                    let moment = Clock.milliseconds()
                    try await wait("writes through \(node.name)") {
                        pulse.resumed(at: 1, after: moment) != nil
                    }
                    print("wrong state: found \(found) ms after the first writes, and healed")
                }
            }
        }

        private func expectFenced(_ node: TestNode, _ cluster: TestCluster) async throws {
            let own = try cluster.client(of: node, timeoutMilliseconds: 1_500)
            defer { own.close() }
            try await wait("the node's own word") {
                try await own.status(node.endpoint).errors.contains {
                    $0.contains("is not that of the others")
                }
            }
            var stale = GetOptions()
            stale.consistency = .serializable
            for options in [GetOptions(), stale] {
                await #expect(throws: ClientError.self) {
                    try await own.get(.prefix(Array("pulse/".utf8)), options)
                }
            }
            await #expect(throws: ClientError.self) { try await own.put("fenced", "x") }
            #expect(node.isRunning)
        }

        private func expectServed(
            _ others: [TestNode], _ cluster: TestCluster, _ pulse: Pulse
        ) async throws {
            let moment = Clock.milliseconds()
            for other in others {
                let place = try cluster.index(of: other)
                try await wait("writes through \(other.name)") {
                    pulse.resumed(at: place, after: moment) != nil
                }
                let reader = try cluster.client(of: other)
                defer { reader.close() }
                #expect(try await !reader.get(.prefix(Array("pulse/".utf8))).pairs.isEmpty)
            }
        }
    }
}
