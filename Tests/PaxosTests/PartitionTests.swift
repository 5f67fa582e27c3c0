import Paxos
import Testing

/// Networks that are cut in part, between cores: as long as one node exchanges messages with a majority, some
/// node leads and decides within four election time-outs (P13).
@Suite struct PartitionTests {
    private static let boundMilliseconds: UInt64 = 1_000
    private static let tickMilliseconds: UInt64 = 10

    /// All links but those of one node are gone, the old leader's, too.
    @Test func constrained() throws {
        try expectDecisions(voters: 5, seeds: 50) { hub, leader in
            { a, b in a != leader && b != leader && (a == hub || b == hub) }
        }
    }

    /// The leader, like all others, keeps the link to one node only.
    @Test func quorumLoss() throws {
        try expectDecisions(voters: 5, seeds: 100) { hub, _ in { a, b in a == hub || b == hub } }
    }

    /// Each reaches its neighbours in a row.
    @Test func chained() throws {
        try expectDecisions(voters: 5, seeds: 50) { _, _ in { a, b in abs(a - b) == 1 } }
    }

    /// Every set of cuts, each in one direction, that leaves a node a majority to talk with.
    @Test func oneWay() throws {
        let ways = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
        for bits in 1..<64 {
            let cut = Set(ways.indices.filter { bits & (1 << $0) != 0 })
            let isOpen = { (a: Int, b: Int) in
                ways.indices.contains { ways[$0] == (a, b) && !cut.contains($0) }
            }
            guard
                (0..<3).contains(where: { node in
                    (0..<3).contains { $0 != node && isOpen(node, $0) && isOpen($0, node) }
                })
            else { continue }
            try expectDecisions(voters: 3, seeds: 5) { _, _ in isOpen }
        }
    }

    /// `isOpen` says which ways are left, given a node that is not the leader, and the leader.
    private func expectDecisions(
        voters: Int, seeds: Int,
        isOpen: (_ other: Int, _ leader: Int) -> (_ source: Int, _ target: Int) -> Bool
    ) throws {
        for seed in 0..<seeds {
            let cluster = ScriptCluster(voters: voters, learners: 0, outsiders: 0) {
                $0.seed = UInt64(seed) * 1_000 + $0.replica.rawValue
            }
            var leader: Int?
            run(cluster, milliseconds: 2_000) {
                leader = cluster.nodes.firstIndex { $0.core?.status.role == .leader }
                return leader != nil
            }
            let old = try #require(leader)
            let open = isOpen((old + 1 + seed % (voters - 1)) % voters, old)
            for source in 0..<voters {
                for target in 0..<voters where source != target && !open(source, target) {
                    cluster.cuts.append(.init(link: .init(source: source, target: target)))
                }
            }
            let before = decided(cluster)
            let isGood = run(cluster, milliseconds: Self.boundMilliseconds) {
                for node in 0..<voters { cluster.input(node, .propose(bundle: [1])) }
                cluster.settle()
                return decided(cluster) > before + 1
            }
            #expect(isGood, "seed \(seed)")
        }
    }

    /// Time passes until the condition holds; false if it does not in time.
    @discardableResult
    private func run(
        _ cluster: ScriptCluster, milliseconds: UInt64, until condition: () -> Bool
    ) -> Bool {
        for _ in 0..<milliseconds / Self.tickMilliseconds {
            for node in cluster.nodes.indices { cluster.tick(node, Self.tickMilliseconds) }
            cluster.settle()
            if condition() { return true }
        }
        return false
    }

    private func decided(_ cluster: ScriptCluster) -> UInt64 {
        cluster.nodes.map { $0.core?.status.decidedUpTo.rawValue ?? 0 }.max() ?? 0
    }
}
