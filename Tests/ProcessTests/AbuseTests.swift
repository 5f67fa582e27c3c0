import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// The known ways to wear out an HTTP/2 server, from four connections each. Those that have no other purpose
    /// are ended; memory stays bounded; others are served.
    @Suite(.serialized) struct AbuseTests {
        private static let seconds = 4.0
        private static let connections = 4
        private static let growthMegabytesMax = 64

        @Test(.timeLimit(.minutes(3)))
        func everyAbuseIsSurvived() async throws {
            try await TestCluster.with(3) { cluster in
                let node = cluster.nodes[0]
                let client = try cluster.client(of: node)
                defer { client.close() }
                for number in 0..<10 {
                    try await client.put(
                        Array("value/\(number)".utf8), [UInt8](repeating: 65, count: 3_000))
                }
                let witness = try Witness(cluster)
                async let watch = witness.run()
                defer { witness.stop() }
                for abuse in Abuse.all { try await commit(abuse, against: node) }
                witness.stop()
                let (calls, failures) = await watch
                #expect(calls > 200)
                #expect(failures.isEmpty, "\(failures.prefix(3))")
                for node in cluster.nodes { #expect(node.isRunning) }
            }
        }

        private func commit(_ abuse: Abuse, against node: TestNode) async throws {
            let before = try residentMegabytes(node)
            let seconds = abuse.isEnded ? Self.seconds : Self.seconds / 2
            let began = Clock.milliseconds()
            let ended = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<Self.connections {
                    group.addTask {
                        await Attacker(abuse: abuse, port: node.clientPort, seconds: seconds).run()
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(
                ended == (abuse.isEnded ? Self.connections : 0),
                "\(abuse): \(ended) ended in \(Clock.milliseconds() - began) ms")
            let after = try residentMegabytes(node)
            #expect(
                after <= before + Self.growthMegabytesMax,
                "\(abuse): \(before) MB before, \(after) MB after")
        }

        private func residentMegabytes(_ node: TestNode) throws -> Int {
            let processID = try #require(node.processID)
            let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            return try #require(Int(line.filter(\.isNumber))) / 1_024
        }
    }
}
