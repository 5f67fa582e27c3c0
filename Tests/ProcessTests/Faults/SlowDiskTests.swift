import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Disks that answer late or not at all: nobody waits for them.
    @Suite(.serialized) struct SlowDiskTests {
        private static let resumeMilliseconds: UInt64 = 2_000
        private static let watchMilliseconds: UInt64 = 3_000
        /// In milliseconds; the full run has more of them.
        private static let delays =
            Rounds.count("SYNOD_SLOW_DISKS", standard: 0) > 0 ? [10, 100, 1_000] : [1_000]
        private static let followerDelays: [UInt64] =
            Rounds.count("SYNOD_SLOW_DISKS", standard: 0) > 0 ? [10, 100, 1_000] : [100]

        @Test(.timeLimit(.minutes(30)))
        func aLeaderWhoseDiskHangsIsNotWaitedFor() async throws {
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                for _ in 0..<Rounds.count("SYNOD_HUNG_DISKS", standard: 1) {
                    try await Pulse.during(cluster) { pulse in
                        try await hang(cluster, disks, pulse)
                    }
                }
            }
        }

        private func hang(
            _ cluster: TestCluster, _ disks: [FaultyDisk], _ pulse: Pulse
        ) async throws {
            let leader = try await cluster.leader()
            let place = try cluster.index(of: leader)
            defer { try? disks[place].heal() }
            disks[place].forgetReport()
            try disks[place].order("sync HANG from=1 .log")
            try await disks[place].waitForFault()
            let start = Clock.milliseconds()
            let handedOver = try await Self.leaderMoved(from: leader, cluster, since: start)
            let end = start + Self.watchMilliseconds
            try await wait("the end of the watch") { Clock.milliseconds() >= end }
            let gap = pulse.gap(from: start, to: end)
            let own = pulse.resumed(at: place, after: start)
            #expect(gap <= Self.resumeMilliseconds)
            // Its own clients are served by the others' votes.
            #expect(own.map { $0 <= Self.resumeMilliseconds } == true)
            #expect(handedOver != nil)
            print(
                "hung disk: longest time without a write \(gap) ms, leadership elsewhere after",
                "\(handedOver.map { "\($0)" } ?? "-") ms, writes through the node itself after",
                "\(own.map { "\($0)" } ?? "-") ms")
            try disks[place].heal()
            try await cluster.waitUntilAllAnswer()
        }

        /// How many milliseconds it took until another node led; nil if that did not happen.
        private static func leaderMoved(
            from old: TestNode, _ cluster: TestCluster, since start: UInt64
        ) async throws -> UInt64? {
            while Clock.milliseconds() < start + watchMilliseconds {
                if let leader = await cluster.leaderNow(), leader !== old {
                    return Clock.milliseconds() - start
                }
                try await Task.sleep(for: .milliseconds(10))
            }
            return nil
        }

        /// Each flush of the leader takes longer than those of the others, by so much.
        @Test(.timeLimit(.minutes(30)), arguments: Self.delays)
        func aLeaderWhoseDiskIsSlowIsRelieved(_ delay: Int) async throws {
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                for _ in 0..<Rounds.count("SYNOD_SLOW_DISKS", standard: 1) {
                    try await Pulse.during(cluster) { pulse in
                        try await slow(delay, cluster, disks, pulse)
                    }
                }
            }
        }

        private func slow(
            _ delay: Int, _ cluster: TestCluster, _ disks: [FaultyDisk], _ pulse: Pulse
        ) async throws {
            let leader = try await cluster.leader()
            let place = try cluster.index(of: leader)
            defer { try? disks[place].heal() }
            let quiet = Clock.milliseconds()
            try await wait("a quiet time") { Clock.milliseconds() >= quiet + 1_000 }
            try disks[place].order("sync DELAY=\(delay) from=1 .log")
            let start = Clock.milliseconds()
            let handedOver = try await Self.leaderMoved(from: leader, cluster, since: start)
            let end = start + Self.watchMilliseconds
            try await wait("the end of the watch") { Clock.milliseconds() >= end }
            try await Task.sleep(for: .milliseconds(500))
            let gap = pulse.gap(from: start, to: end)
            let before = pulse.latency(0.99, from: quiet, to: quiet + 1_000)
            let during = pulse.latency(0.99, from: start, to: start + 2_000)
            let after = pulse.latency(0.99, from: start + 2_000, to: end)
            #expect(gap <= Self.resumeMilliseconds)
            // One that is only slow may keep leadership: the others' votes are enough for each write.
            if delay >= 1_000 { #expect(handedOver != nil) }
            print(
                "slow disk: \(delay) ms per flush: longest time without a write \(gap) ms,",
                "leadership elsewhere after \(handedOver.map { "\($0)" } ?? "-") ms,",
                "put p99 \(before) ms before, \(during) ms in the first 2 s, \(after) ms then")
            try disks[place].heal()
            try await cluster.waitUntilAllAnswer()
        }

        /// Each flush of a follower takes longer by so much: the others' votes are enough for each write, also for its
        /// own clients, and nobody stands for election.
        @Test(.timeLimit(.minutes(30)), arguments: Self.followerDelays)
        func aFollowerWhoseDiskIsSlowIsNotNoticed(_ delay: UInt64) async throws {
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                try await Pulse.during(cluster) { pulse in
                    let leader = try await cluster.leader()
                    let follower = try #require(cluster.nodes.first { $0 !== leader })
                    let place = try cluster.index(of: follower)
                    defer { try? disks[place].heal() }
                    let client = try cluster.client(of: leader)
                    defer { client.close() }
                    let round = try await client.status(leader.endpoint).ballotRound
                    try disks[place].order("sync DELAY=\(delay) from=1 .log")
                    try await disks[place].waitForFault()
                    let start = Clock.milliseconds()
                    try await wait("many slow flushes", seconds: 60) {
                        disks[place].report.count > 20 && Clock.milliseconds() > start + 2_000
                    }
                    let end = Clock.milliseconds()
                    let (all, own) = (
                        pulse.latency(0.5, from: start, to: end - 1_000),
                        pulse.latency(0.5, from: start, to: end - 1_000, at: place)
                    )
                    #expect(all < max(delay, 50) && own < max(delay, 50))
                    #expect(await cluster.leaderNow() === leader)
                    #expect(try await client.status(leader.endpoint).ballotRound == round)
                    print(
                        "slow follower: \(delay) ms per flush: put p50 \(all) ms, through the node itself",
                        "\(own) ms")
                }
            }
        }
    }
}
