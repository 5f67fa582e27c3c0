import Replication
import Testing

@testable import Simulation

/// Clients watch through crashes, partitions, compactions and snapshots.
struct WatchTests {
    @Test func everyWatchIsToldEverythingOnce() {
        var marks: [String: UInt64] = [:]
        for seed in 1...8 as ClosedRange<UInt64> {
            let report = SeedRun.run(Scenario(seed: seed, profile: .watch))
            #expect(report.breaches == [], "seed \(seed)")
            marks.merge(report.marks, uniquingKeysWith: +)
        }
        for mark in Marks.ofWatches where mark != "watch.beganInFuture" {
            #expect(marks[mark, default: 0] > 0, "\(mark)")
        }
    }

    @Test(
        arguments: [
            "gap-at-return-to-live", "delete-event-at-compact-revision",
            "prev-kv-differs-between-nodes", "progress-ahead-of-events",
            "watch-resumes-behind-install", "duplicate-event-at-hand-over",
            "revision-split-in-history", "compacted-revisions-skipped",
        ])
    func aSeededBugIsFound(name: String) throws {
        let bug = try #require(InjectedBug.named(name))
        // Few seeds find that one.
        let first: UInt64 = name == "watch-resumes-behind-install" ? 45 : 1
        let isFound = (first..<first + 12).contains { seed in
            var scenario = Scenario(seed: seed, profile: .watch)
            scenario.nodeCount = 3
            scenario.injectedBug = bug
            return !SeedRun.run(scenario).breaches.isEmpty
        }
        #expect(isFound)
    }
}
