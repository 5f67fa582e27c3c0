import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Three nodes on three machines, as far as the network goes: each has a network namespace of
    /// its own, and a cable to a switch that can be pulled.
    @Suite(.serialized) struct NamespaceTests {
        @Test(
            .enabled(
                if: TestNetwork.isPossible,
                "network namespaces need root, `ip` and the right to use them"),
            .timeLimit(.minutes(2)))
        func aLeaderThatIsCutOffIsReplaced() async throws {
            let directory = try Places.temporaryDirectory()
            let network = try await TestNetwork(count: 3)
            do {
                let nodes = (0..<3).map { index in
                    TestNode(
                        name: "n\(index)", host: network.address(index), directory: directory,
                        prefix: ["ip", "netns", "exec", network.name(index)])
                }
                try await TestCluster.with(TestCluster(nodes: nodes, directory: directory)) {
                    try await survive($0, network)
                }
            } catch {
                await network.end()
                throw error
            }
            await network.end()
        }

        private func survive(_ cluster: TestCluster, _ network: TestNetwork) async throws {
            let client = try cluster.client()
            defer { client.close() }
            for number in 0..<50 { try await client.put("before/\(number)", "x") }
            let old = try await cluster.leader()
            let index = try #require(cluster.nodes.firstIndex { $0 === old })
            try await network.cut(index)
            try await writeDespiteTheCut(cluster, except: old)
            try await network.heal(index)
            try await cluster.waitUntilAllAnswer()
            // The one that was cut off has what was written without it, and nothing else.
            for node in cluster.nodes {
                #expect(try await cluster.readAll(node, prefix: "before/").count == 50)
                #expect(try await cluster.readAll(node, prefix: "during/").count == 50)
            }
            let views = try await cluster.nodes.asyncMap { try await cluster.readAll($0) }
            #expect(views.allSatisfy { $0 == views[0] })
        }

        private func writeDespiteTheCut(_ cluster: TestCluster, except old: TestNode) async throws {
            let rest = cluster.nodes.filter { $0 !== old }
            let client = try Client(endpoints: rest.map(\.endpoint))
            defer { client.close() }
            let start = Clock.milliseconds()
            var isWriting = false
            try await wait("a write without the old leader", seconds: 10) {
                isWriting = (try? await client.put("during/0", "x")) != nil
                return isWriting
            }
            print("namespaces: writing again after \(Clock.milliseconds() - start) ms")
            for number in 1..<50 { try await client.put("during/\(number)", "x") }
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(
        _ transform: (Element) async throws -> Result
    ) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
