import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Disks that fail under real processes: what cannot be made durable is neither acknowledged nor voted for.
    @Suite(.serialized) struct DiskFaultTests {
        /// Faults of one cluster, whose history is judged afterwards.
        private static let faultsPerCluster = 20
        private static let endMilliseconds: UInt64 = 1_000
        private static let brokenDisk = "exited with status 74"

        @Test(.timeLimit(.minutes(30)))
        func aNodeWhoseDiskFailsEndsAndComesBack() async throws {
            var rest = Rounds.count("SYNOD_DISK_FAULTS", standard: 6)
            while rest > 0 {
                try await run(DiskFault.plan(count: min(rest, Self.faultsPerCluster)))
                rest -= Self.faultsPerCluster
            }
        }

        private func run(_ plan: [DiskFault]) async throws {
            // Files so small that new ones are made all the time.
            let options = ["--segment-bytes", "\(256 << 10)"]
            try await TestCluster.withFaultyDisks(3, options: options) { cluster, disks in
                let clients = ChaosClients(cluster: cluster)
                async let work = clients.run(putters: 12, appenders: 6)
                defer { clients.stop() }
                for fault in plan { try await have(fault, cluster, disks, clients) }
                clients.stop()
                try await ChaosVerdict.expectGood(try await work, cluster)
            }
        }

        private func have(
            _ fault: DiskFault, _ cluster: TestCluster, _ disks: [FaultyDisk],
            _ clients: ChaosClients
        ) async throws {
            let leader = try await cluster.leader()
            let victim = try #require(
                fault.victim == .leader
                    ? leader : cluster.nodes.filter { $0 !== leader }.randomElement())
            let disk = disks[try cluster.index(of: victim)]
            disk.forgetReport()
            try disk.order(fault.order)
            try await disk.waitForFault()
            let start = Clock.milliseconds()
            try await victim.waitForEnd()
            let ended = Clock.milliseconds() - start
            #expect(ended <= Self.endMilliseconds, "\(fault): ended after \(ended) ms")
            #expect(victim.end.map { "\($0)" } == Self.brokenDisk, "\(fault)")
            let words = Files.tail(victim.log, bytesMax: 1_000)
            #expect(words.contains(fault.sentence), "\(fault): \(words)")
            #expect(disk.report.count == 1, "\(fault): tried again: \(disk.report)")
            let before = clients.acknowledged
            try await wait("writes without the node", seconds: 10) {
                clients.acknowledged > before + 200
            }
            let windowed = Clock.milliseconds() - start
            try await restart(victim, disk, cluster)
            print("disk fault: \(fault): ended after \(ended) ms, 200 writes after \(windowed) ms")
        }

        /// What the process believed is worth nothing: the log is read again, and its newest batch is written
        /// and flushed again, before anything is said to a peer.
        private func restart(
            _ node: TestNode, _ disk: FaultyDisk, _ cluster: TestCluster
        ) async throws {
            disk.forgetReport()
            try disk.order(
                "read DELAY=0 from=1 .log", "write DELAY=0 at=1 .log", "sync DELAY=0 at=1 .log")
            try cluster.start(node)
            try await cluster.waitUntilAnswers(node)
            let calls = disk.report.map { $0.split(separator: " ")[0] }
            #expect(calls.contains("read"), "the log was not read")
            let write = try #require(calls.firstIndex(of: "write"), "\(calls.suffix(5))")
            #expect(calls.firstIndex(of: "sync") == write + 1, "\(calls.suffix(5))")
            try disk.heal()
        }

        /// Two nodes of three live, so that each write needs both: after one's flush has failed, none is
        /// acknowledged before it is back.
        @Test(.timeLimit(.minutes(1)), arguments: DiskFault.Victim.allCases)
        func nobodyCountsAVoteThatWasNotFlushed(_ victim: DiskFault.Victim) async throws {
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                let leader = try await cluster.leader()
                let followers = cluster.nodes.filter { $0 !== leader }
                try await followers[0].stop(SIGKILL)
                try await Pulse.during(cluster) { pulse in
                    let ill = victim == .leader ? leader : followers[1]
                    let disk = disks[try cluster.index(of: ill)]
                    try disk.order("sync EIO from=1 .log")
                    try await ill.waitForEnd()
                    let end = Clock.milliseconds()
                    try await Task.sleep(for: .milliseconds(700))
                    let restart = Clock.milliseconds()
                    try disk.heal()
                    try cluster.start(ill)
                    try await cluster.waitUntilAnswers(ill)
                    #expect(pulse.acknowledgedCount(from: end, to: restart) == 0)
                    try await wait("writes again") {
                        pulse.acknowledgedCount(from: restart, to: .max) > 10
                    }
                    try cluster.start(followers[0])
                    try await cluster.waitUntilAnswers(followers[0])
                }
            }
        }

        /// Calls that do less than was asked are no failure: the rest follows.
        @Test(.timeLimit(.minutes(1)))
        func shortReadsAndWritesAreFinished() async throws {
            try await TestCluster.withFaultyDisks(1) { cluster, disks in
                try disks[0].order("write SHORT from=1 .log", "read SHORT from=1 .log")
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<100 { try await client.put("short/\(number)", "x") }
                try await cluster.nodes[0].stop(SIGKILL)
                try cluster.startAll()
                try await cluster.waitUntilAllAnswer()
                let pairs = try await cluster.readAll(cluster.nodes[0], prefix: "short/")
                #expect(pairs.count == 100)
                #expect(disks[0].report.contains { $0.hasPrefix("write SHORT") })
                #expect(disks[0].report.contains { $0.hasPrefix("read SHORT") })
            }
        }

        /// A log that cannot be read at start is not taken for an empty one.
        @Test(.timeLimit(.minutes(1)))
        func aNodeThatCannotReadItsLogDoesNotServe() async throws {
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                let client = try cluster.client()
                defer { client.close() }
                for number in 0..<50 { try await client.put("read/\(number)", "x") }
                let ill = cluster.nodes[1]
                for call in 1...3 {
                    try await ill.stop(SIGKILL)
                    try disks[1].order("read EIO from=\(call) /log/")
                    try cluster.start(ill)
                    try await ill.waitForEnd()
                    let status = ill.end.map { "\($0)" } ?? ""
                    #expect(status.hasPrefix("exited with status 7"), "\(status)")
                    #expect(Files.tail(ill.log, bytesMax: 1_000).contains("could not read"))
                    try await client.put("without/\(call)", "x")
                    try disks[1].heal()
                    try cluster.start(ill)
                    try await cluster.waitUntilAnswers(ill)
                    #expect(try await cluster.readAll(ill, prefix: "read/").count == 50)
                }
            }
        }

        /// What lies in the log only is not given to a peer that lacks it while it cannot be read, nor anything
        /// else in its place; the peer asks again.
        @Test(.timeLimit(.minutes(2)))
        func aPeerWaitsForWhatCannotBeReadBack() async throws {
            try await TestCluster.withFaultyDisks(3) { cluster, disks in
                let (away, client) = (cluster.nodes[2], try cluster.client())
                defer { client.close() }
                try await away.stop(SIGKILL)
                // More than the others keep in memory.
                let value = String(repeating: "x", count: 1 << 20)
                for number in 0..<48 { try await client.put("large/\(number)", value) }
                for disk in disks[..<2] { try disk.order("read EIO from=1 .log") }
                try cluster.start(away)
                try await wait("a read that fails") {
                    disks[..<2].contains { !$0.report.isEmpty }
                }
                try await wait("the node with the ill disk says so") {
                    cluster.nodes[..<2].contains {
                        $0.logText.contains("reading back the log failed")
                    }
                }
                for disk in disks[..<2] { try disk.heal() }
                try await cluster.waitUntilAllAnswer()
                let reader = try cluster.client(of: away)
                defer { reader.close() }
                for number in 0..<48 {
                    #expect(try await reader.get("large/\(number)")?.valueText == value)
                }
            }
        }
    }
}
