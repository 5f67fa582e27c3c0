import Foundation
import Testing

/// Kills nodes while the clients work, and starts them again.
struct ChaosNemesis {
    enum Victim: String, Sendable { case leader, follower, all }

    let cluster: TestCluster
    /// How long a victim stays dead.
    private static let deadMilliseconds = 50...500
    /// How long the cluster then has to itself.
    private static let peaceMilliseconds = 200...500

    /// What is to be killed, in an order of its own for each run.
    static func plan(leaders: Int, followers: Int, all: Int) -> [Victim] {
        (Array(repeating: .leader, count: leaders) + Array(repeating: .follower, count: followers)
            + Array(repeating: .all, count: all)).shuffled()
    }

    func run(_ plan: [Victim]) async throws {
        for victim in plan {
            for node in try await nodes(victim) { try await node.stop(SIGKILL) }
            try await pause(Self.deadMilliseconds)
            try cluster.startAll()
            try await cluster.waitUntilAllAnswer()
            try await pause(Self.peaceMilliseconds)
        }
    }

    private func nodes(_ victim: Victim) async throws -> [TestNode] {
        if victim == .all { return cluster.nodes }
        let leader = try await cluster.leader()
        if victim == .leader { return [leader] }
        return [try #require(cluster.nodes.filter { $0 !== leader }.randomElement())]
    }

    private func pause(_ range: ClosedRange<Int>) async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: range)))
    }
}
