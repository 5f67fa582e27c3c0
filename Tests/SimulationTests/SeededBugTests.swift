import Replication
import Testing

@testable import Simulation

/// The simulator finds what it is made for, and shows what must never be done.
struct SeededBugTests {
    @Test(
        arguments: [
            "canary", "acknowledge-before-flush", "promise-not-persisted", "accept-not-persisted",
            "promise-overtakes-accept", "older-ballot-decided-by-watermark", "stale-read",
        ])
    func aSeededBugIsFound(name: String) throws {
        let bug = try #require(InjectedBug.named(name))
        let isFound = (1...5 as ClosedRange<UInt64>).contains { seed in
            var scenario = Scenario(seed: seed, profile: .network)
            scenario.nodeCount = 3
            scenario.injectedBug = bug
            return !SeedRun.run(scenario).breaches.isEmpty
        }
        #expect(isFound)
    }

    /// What breaks the rules of log files that are used again, with seeds of which the first shows it.
    @Test(
        arguments: [
            ("former-note-not-durable", 4...20), ("rot-taken-for-former-contents", 111...271),
            ("former-batch-taken-for-ours", 13...80),
        ] as [(String, ClosedRange<UInt64>)])
    func aBugOfFilesUsedAgainIsFound(name: String, seeds: ClosedRange<UInt64>) throws {
        let bug = try #require(InjectedBug.named(name))
        let isFound = seeds.contains { seed in
            var scenario = Scenario(seed: seed, profile: .storage)
            scenario.injectedBug = bug
            return !SeedRun.run(scenario).breaches.isEmpty
        }
        #expect(isFound)
    }
}
