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

    /// What the usual seeds seldom show: of log files that are used again, of bases that rot, and of copies of
    /// directories. Of the seeds the first shows it.
    @Test(
        arguments: [
            ("rotten-rows-taken-for-none", 4...60), ("copy-taken-for-restart", 159...200),
            ("former-note-not-durable", 4...20), ("rot-taken-for-former-contents", 111...271),
            ("former-batch-taken-for-ours", 13...80),
        ] as [(String, ClosedRange<UInt64>)])
    func aRareSeededBugIsFound(name: String, seeds: ClosedRange<UInt64>) throws {
        let bug = try #require(InjectedBug.named(name))
        let isFound = try seeds.contains { seed in
            var scenario = Scenario(
                seed: seed, profile: try #require(Profile(rawValue: bug.profile.rawValue)))
            scenario.injectedBug = bug
            return !SeedRun.run(scenario).breaches.isEmpty
        }
        #expect(isFound)
    }
}
