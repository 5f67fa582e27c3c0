import Foundation
import SynodClient
import Testing

@testable import synod

extension ProcessTests {
    /// Leases as etcdctl uses them, through every node and over the death of a leader.
    @Suite(.serialized) struct LeaseTests {
        @Test(.timeLimit(.minutes(2)))
        func etcdctlGrantsRenewsAndRevokes() async throws {
            try await TestCluster.with(3) { cluster in
                let endpoints = cluster.endpoints.map(\.description)
                for (index, endpoint) in endpoints.enumerated() {
                    let other = endpoints[(index + 1) % 3]
                    let lease = try await grant(60, endpoint)
                    _ = try await ok(endpoint, "put", "--lease=\(lease)", "k", "v")
                    let left = try await ok(other, "lease", "timetolive", "--keys", lease)[0]
                    #expect(left.hasPrefix("lease \(lease) granted with TTL(60s), remaining("))
                    #expect(left.hasSuffix("attached keys([k])"))
                    let all = try await ok(other, "lease", "list")
                    #expect(all == ["found 1 leases", lease])
                    let renewed = try await ok(other, "lease", "keep-alive", "--once", lease)
                    #expect(renewed == ["lease \(lease) keepalived with TTL(60)"])
                    let revoked = try await ok(other, "lease", "revoke", lease)
                    #expect(revoked == ["lease \(lease) revoked"])
                    #expect(try await ok(endpoint, "get", "k").isEmpty)
                    let gone = try await ok(endpoint, "lease", "timetolive", lease)
                    #expect(gone == ["lease \(lease) already expired"])
                    let missing = try await Tool.etcdctl(endpoint, "lease", "revoke", lease)
                    #expect(missing.status != 0)
                    #expect(missing.output.contains("etcdserver: requested lease not found"))
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func theLeaderDiesAndNoLeaseEndsEarly() async throws {
            try await TestCluster.with(3) { cluster in
                let all = cluster.endpoints.map(\.description).joined(separator: ",")
                let leader = try await cluster.leader()
                let survivor = try #require(
                    cluster.nodes.firstIndex { $0.name != leader.name })
                let endpoint = cluster.endpoints[survivor].description
                let kept = try await grant(4, endpoint)
                _ = try await ok(endpoint, "put", "--lease=\(kept)", "kept", "v")
                let directory = try Places.temporaryDirectory()
                defer { try? FileManager.default.removeItem(atPath: directory) }
                let keeper = try Spawner.start(
                    "/usr/bin/env",
                    ["ETCDCTL_API=3", "etcdctl", "--endpoints", all, "lease", "keep-alive", kept],
                    log: directory + "/keeper")
                defer { keeper.send(signal: SIGKILL) }
                let left = try await grant(4, endpoint)
                let grantedAt = Clock.milliseconds()
                _ = try await ok(endpoint, "put", "--lease=\(left)", "left", "v")
                try await leader.stop(SIGKILL)
                var endedAt: UInt64?
                try await wait("the end of the lease that nobody renews", seconds: 20) {
                    if try await ok(endpoint, "get", "left").isEmpty {
                        endedAt = Clock.milliseconds()
                    }
                    return endedAt != nil
                }
                #expect(try #require(endedAt) >= grantedAt + 4_000)
                // Three times its time after its grant the other one is still there.
                try await wait("its time to pass three times", seconds: 20) {
                    #expect(try await ok(endpoint, "get", "kept", "--print-value-only") == ["v"])
                    try await Task.sleep(for: .milliseconds(100))
                    return Clock.milliseconds() > grantedAt + 12_000
                }
                keeper.send(signal: SIGKILL)
                try await wait("the end of the other lease", seconds: 20) {
                    try await ok(endpoint, "get", "kept").isEmpty
                }
                #expect(try await ok(endpoint, "lease", "list") == ["found 0 leases"])
            }
        }

        private func grant(_ seconds: Int, _ endpoint: String) async throws -> String {
            let words = try await ok(endpoint, "lease", "grant", String(seconds))[0]
                .split(separator: " ")
            try #require(words.count > 2)
            #expect(words.dropFirst(2).joined(separator: " ") == "granted with TTL(\(seconds)s)")
            return String(words[1])
        }

        private func ok(_ endpoint: String, _ arguments: String...) async throws -> [String] {
            let result = try await Tool.run(
                "/usr/bin/env",
                ["ETCDCTL_API=3", "etcdctl", "--endpoints", endpoint] + arguments)
            #expect(result.status == 0, "\(arguments): \(result.output)")
            return result.lines
        }
    }
}
