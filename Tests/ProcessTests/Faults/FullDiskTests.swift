import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// A disk without space under a running node: it goes on in what it has kept, gives leadership away while it
    /// can, and goes on by itself when there is space.
    @Suite(.serialized) struct FullDiskTests {
        private static let segmentBytes = 1 << 20
        private static let resumeMilliseconds: UInt64 = 2_000
        private static let backMilliseconds: UInt64 = 10_000

        @Test(.timeLimit(.minutes(3)))
        func aLeaderWithoutSpaceGivesLeadershipAway() async throws {
            let options = ["--segment-bytes", "\(Self.segmentBytes)"]
            try await TestCluster.withFaultyDisks(3, options: options) { cluster, disks in
                let leader = try await cluster.leader()
                let disk = disks[try cluster.index(of: leader)]
                try await Pulse.during(cluster) { pulse in
                    try await Self.pushing(cluster) {
                        try disk.order(
                            "create ENOSPC from=1 .preparing", "allocate ENOSPC from=1 .reserve")
                        try await suffer(leader, cluster, pulse) { try disk.heal() }
                    }
                }
            }
        }

        /// The same with a file system that is full.
        @Test(
            .timeLimit(.minutes(3)),
            .enabled(if: SmallDisk.isPossible, "mounting needs root and the right to do it"))
        func aFullFileSystem() async throws {
            let directory = try Places.temporaryDirectory()
            let nodes = (0..<3).map { TestNode(name: "n\($0)", directory: directory) }
            let small = try await SmallDisk(nodes.map(\.dataDirectory), mebibytes: 160)
            do {
                let options = ["--segment-bytes", "\(Self.segmentBytes)"]
                let cluster = TestCluster(nodes: nodes, directory: directory, options: options)
                try await TestCluster.with(cluster) { cluster in
                    let leader = try await cluster.leader()
                    let place = try cluster.index(of: leader)
                    try await Pulse.during(cluster) { pulse in
                        try await Self.pushing(cluster) {
                            try small.fill(place)
                            try await suffer(leader, cluster, pulse) { try small.empty(place) }
                        }
                    }
                }
            } catch {
                await small.end()
                throw error
            }
            await small.end()
        }

        @Test(
            .timeLimit(.minutes(2)),
            .enabled(if: SmallDisk.isPossible, "mounting needs root and the right to do it"))
        func aNodeStartsTwiceOnAFullFileSystem() async throws {
            let directory = try Places.temporaryDirectory()
            let node = TestNode(name: "n0", directory: directory)
            let small = try await SmallDisk([node.dataDirectory], mebibytes: 64)
            do {
                let options = ["--segment-bytes", "\(Self.segmentBytes)"]
                let cluster = TestCluster(nodes: [node], directory: directory, options: options)
                try await TestCluster.with(cluster) { cluster in
                    let client = try cluster.client()
                    defer { client.close() }
                    _ = try await client.put("k", "v")
                    try small.fill(0)
                    for number in 0..<2 {
                        try await node.stop(SIGKILL)
                        try cluster.start(node)
                        try await cluster.waitUntilAnswers(node)
                        #expect(try await client.get("k")?.value == Array("v".utf8))
                        _ = try await client.put("n", "\(number)")
                    }
                }
            } catch {
                await small.end()
                throw error
            }
            await small.end()
        }

        @Test(.timeLimit(.minutes(2)))
        func aBackupWithoutRoomIsRefusedAndTheNodeGoesOn() async throws {
            try await TestCluster.withFaultyDisks(1) { cluster, disks in
                let client = try cluster.client()
                defer { client.close() }
                _ = try await client.put("k", "v")
                let save = {
                    try await Tool.synod(
                        "snapshot", "save", cluster.directory + "/backup", "--endpoints",
                        cluster.endpointList)
                }
                try disks[0].order("create ENOSPC from=1 /snapshots/")
                let refused = try await save()
                #expect(refused.status != 0)
                #expect(refused.output.contains("no room for a copy"), "\(refused.output)")
                #expect(cluster.nodes[0].isRunning)
                #expect(!disks[0].report.isEmpty)
                try disks[0].heal()
                let saved = try await save()
                #expect(saved.status == 0, "\(saved.output)")
                #expect(try await client.get("k")?.value == Array("v".utf8))
            }
        }

        private func suffer(
            _ full: TestNode, _ cluster: TestCluster, _ pulse: Pulse, heal: () throws -> Void
        ) async throws {
            let start = Clock.milliseconds()
            try await wait("the node says that it lacks room") {
                full.logText.contains("no room for the next file of the log")
            }
            let said = Clock.milliseconds()
            try await wait("another leader", seconds: 10) {
                await cluster.leaderNow().map { $0 !== full } ?? false
            }
            let moved = Clock.milliseconds() - said
            let client = try cluster.client()
            defer { client.close() }
            let problems = try await client.status(full.endpoint).errors
            #expect(problems.contains { $0.contains("free space") }, "\(problems)")
            let id = try await client.status(full.endpoint).info.memberID
            // It says so once a second, and whoever is asked must have heard it.
            try await wait("the node's alarm at all nodes") {
                try await client.alarms().map(\.member) == [id]
            }
            #expect(try await Self.lacksSpace(full) == 1)
            try await wait("the end of the reserve", seconds: 60) {
                full.logText.contains("the reserve is used up")
            }
            let usedUp = Clock.milliseconds() - said
            #expect(full.isRunning)
            try heal()
            let healed = Clock.milliseconds()
            try await wait("the node has room again", seconds: 20) {
                try await Self.lacksSpace(full) == 0
            }
            try await wait("nobody has an alarm") { try await client.alarms().isEmpty }
            try await cluster.waitUntilAllAnswer()
            let back = Clock.milliseconds() - healed
            let gap = pulse.gap(from: start, to: Clock.milliseconds())
            #expect(gap <= Self.resumeMilliseconds)
            #expect(back <= Self.backMilliseconds)
            print(
                "full disk: leadership elsewhere \(moved) ms after the node said so, its reserve lasted",
                "\(usedUp) ms, back \(back) ms after there was space;",
                "longest time without a write \(gap) ms")
        }

        private static func lacksSpace(_ node: TestNode) async throws -> Int? {
            let metrics = try await Tool.curl("\(node.url)/metrics").lines
            let line = metrics.first { $0.hasPrefix("synod_log_lacks_space ") }
            return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) }
        }

        /// Runs `body` while clients write enough to fill a segment in some hundred milliseconds.
        private static func pushing(
            _ cluster: TestCluster, _ body: () async throws -> Void
        ) async throws {
            let client = try cluster.client(timeoutMilliseconds: 3_000)
            let pusher = Task {
                let value = String(repeating: "x", count: 16 << 10)
                var number = 0
                while !Task.isCancelled {
                    number += 1
                    _ = try? await client.put("push/\(number % 100)", value)
                    try? await Task.sleep(for: .milliseconds(5))
                }
                client.close()
            }
            defer { pusher.cancel() }
            try await body()
        }
    }
}
