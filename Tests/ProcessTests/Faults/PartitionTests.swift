import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Networks in which some nodes hear others and some do not, each node in a network namespace of its own:
    /// as long as one node exchanges messages with a majority, writes go on.
    @Suite(
        .serialized,
        .enabled(
            if: TestNetwork.isPossible,
            "network namespaces need root, `ip` and the right to use them"))
    struct PartitionTests {
        private static let resumeMilliseconds: UInt64 = 1_000
        /// Leadership may go to the node that reaches a majority, and once more to a better one.
        private static let leaderChangesMax: UInt64 = 3
        private static let watchMilliseconds = 2_000
        private static let longMilliseconds = 8_000
        private static let backMilliseconds: UInt64 = 3_000

        /// The leader is heard by nobody, and hears nobody.
        private static let standardSets = [0b000011, 0b001100]

        @Test(.timeLimit(.minutes(30)))
        func oneWayPartitionsOfThree() async throws {
            let all = Rounds.count("SYNOD_ALL_PARTITIONS", standard: 0) > 0
            let sets = all ? Array(1..<64) : Self.standardSets
            try await withNetwork(3) { cluster, network in
                for bits in sets {
                    try await suffer(cluster, network) { Partition.ofThree(bits, $0) }
                }
            }
        }

        @Test(.timeLimit(.minutes(30)))
        func partialPartitionsOfFive() async throws {
            try await withNetwork(5) { cluster, network in
                for _ in 0..<Rounds.count("SYNOD_PARTITION_ROUNDS", standard: 1) {
                    for shape in 0..<3 {
                        try await suffer(cluster, network) { Partition.shapes($0)[shape] }
                    }
                }
            }
        }

        /// A connection that was cut for long is not waited for: its retries have become rare.
        @Test(.timeLimit(.minutes(5)))
        func aNodeThatWasCutOffForLongIsBackSoon() async throws {
            try await withNetwork(3) { cluster, network in
                for other in 1..<3 {
                    try await network.cut(from: 0, to: other)
                    try await network.cut(from: other, to: 0)
                }
                try await Task.sleep(for: .milliseconds(Self.longMilliseconds))
                for other in 1..<3 {
                    try await network.heal(from: 0, to: other)
                    try await network.heal(from: other, to: 0)
                }
                let healed = Clock.milliseconds()
                try await waitUntilWhole(cluster)
                let back = Clock.milliseconds() - healed
                #expect(back <= Self.backMilliseconds)
                print("partition: \(Self.longMilliseconds) ms cut off, back after \(back) ms")
            }
        }

        /// All nodes hear each other.
        private func waitUntilWhole(_ cluster: TestCluster) async throws {
            try await cluster.waitUntilAllAnswer()
            try await wait("that all nodes hear each other") {
                for node in cluster.nodes {
                    let metrics = try await Tool.curl("\(node.url)/metrics").lines
                    let states = metrics.filter { $0.hasPrefix("synod_peer_state{") }
                    let up = states.count { $0.hasSuffix(" 2") }
                    if up < cluster.nodes.count - 1 { return false }
                }
                return true
            }
        }

        private func withNetwork(
            _ count: Int, _ body: (TestCluster, TestNetwork) async throws -> Void
        ) async throws {
            let directory = try Places.temporaryDirectory()
            let network = try await TestNetwork(count: count)
            let nodes = (0..<count).map { index in
                TestNode(
                    name: "n\(index)", host: network.address(index), directory: directory,
                    prefix: ["ip", "netns", "exec", network.name(index)])
            }
            do {
                try await TestCluster.with(TestCluster(nodes: nodes, directory: directory)) {
                    try await body($0, network)
                }
            } catch {
                await network.end()
                throw error
            }
            await network.end()
        }

        /// One partition from beginning to end; nothing is lost in it.
        private func suffer(
            _ cluster: TestCluster, _ network: TestNetwork,
            _ make: (_ places: [Int]) -> Partition
        ) async throws {
            try await waitUntilWhole(cluster)
            let leader = try cluster.index(of: try await cluster.leader())
            let others = cluster.nodes.indices.filter { $0 != leader }.shuffled()
            let partition = make([leader] + others)
            try await Pulse.during(cluster) { pulse in
                let before = try await Self.leaderChanges(cluster)
                for way in partition.ways {
                    try await network.cut(from: way.sender, to: way.receiver)
                }
                let start = Clock.milliseconds()
                try await Task.sleep(for: .milliseconds(Self.watchMilliseconds))
                let gap = pulse.gap(from: start, to: start + UInt64(Self.watchMilliseconds))
                let resumed = cluster.nodes.indices.map { pulse.resumed(at: $0, after: start) }
                let changes = try await Self.leaderChanges(cluster) - before
                for way in partition.ways {
                    try await network.heal(from: way.sender, to: way.receiver)
                }
                let healed = Clock.milliseconds()
                try await waitUntilWhole(cluster)
                let whole = Clock.milliseconds() - healed
                if partition.hasQuorumConnectedNode {
                    #expect(gap <= Self.resumeMilliseconds, "\(partition)")
                    #expect(changes <= Self.leaderChangesMax, "\(partition)")
                }
                let perNode = ([leader] + others).map { place in
                    resumed[place].map { "\($0)" } ?? "-"
                }
                print(
                    "partition: \(partition): longest time without a write \(gap) ms, writes through",
                    "the leader, A, B ... after \(perNode.joined(separator: ", ")) ms,",
                    "\(changes) ballots, whole again \(whole) ms after the end",
                    partition.hasQuorumConnectedNode ? "" : "(no node reaches a majority)")
            }
        }

        /// The highest round of any ballot.
        private static func leaderChanges(_ cluster: TestCluster) async throws -> UInt64 {
            var highest: UInt64 = 0
            for node in cluster.nodes {
                let client = try cluster.client(of: node, timeoutMilliseconds: 1_000)
                defer { client.close() }
                let status = try await client.status(node.endpoint)
                highest = max(highest, status.ballotRound)
            }
            return highest
        }
    }
}
