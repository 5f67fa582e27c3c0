import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// What was acknowledged is there after the process has gone, however it went.
    @Suite(.serialized) struct RestartTests {
        @Test(.timeLimit(.minutes(1)), arguments: [SIGTERM, SIGKILL])
        func oneNodeKeepsItsData(signal: Int32) async throws {
            try await TestCluster.with(1) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                var last: Int64 = 0
                for number in 0..<200 {
                    last = try await client.put("key/\(number)", "value \(number)").info.revision
                }
                try await client.delete("key/7")
                try await cluster.nodes[0].stop(signal)
                if signal == SIGTERM {
                    let end = cluster.nodes[0].end.map { "\($0)" }
                    #expect(end == "exited with status 0", "\(cluster.nodes[0].logText)")

                }
                try cluster.startAll()
                try await cluster.waitUntilAllAnswer()
                let pairs = try await cluster.readAll(cluster.nodes[0], prefix: "key/")
                #expect(pairs.count == 199)
                #expect(pairs.allSatisfy { $0.valueText == "value \($0.keyText.dropFirst(4))" })
                #expect(try await client.put("after", "x").info.revision == last + 2)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: [SIGTERM, SIGKILL])
        func threeNodesKeepTheirData(signal: Int32) async throws {
            try await TestCluster.with(3) { cluster in
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<100 {
                    try await client.put("key/\(number)", "value \(number)")
                }
                for node in cluster.nodes { node.send(signal) }
                for node in cluster.nodes { try await node.waitForEnd() }
                try cluster.startAll()
                try await cluster.waitUntilAllAnswer()
                for node in cluster.nodes {
                    #expect(try await cluster.readAll(node, prefix: "key/").count == 100)
                }
            }
        }

        /// The others go on, and the one that was away catches up by itself.
        @Test(.timeLimit(.minutes(1)))
        func aNodeThatWasAwayCatchesUp() async throws {
            try await TestCluster.with(3) { cluster in
                let away = cluster.nodes[1]
                try await away.stop(SIGKILL)
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<300 { try await client.put("key/\(number)", "x") }
                try cluster.start(away)
                try await cluster.waitUntilAnswers(away)
                let reader = try cluster.client(of: away)
                defer { reader.close() }
                var options = GetOptions()
                options.consistency = .serializable
                // Its own state, not the leader's.
                try await wait("the node's own state") {
                    try await reader.get(.prefix(Array("key/".utf8)), options).count == 300
                }
            }
        }
    }
}
