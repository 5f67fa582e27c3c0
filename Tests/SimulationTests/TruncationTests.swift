import Replication
import Testing

@testable import Simulation

/// Logs lose what stores have; who lags too far, or lost its store, gets the state of another one.
struct TruncationTests {
    private func scenario(_ seed: UInt64) -> Scenario {
        var scenario = Scenario(seed: seed, profile: .storage)
        scenario.nodeCount = 3
        scenario.faults = [.lostBase, .isolation, .kill, .powerLoss, .crashInTurn]
        return scenario
    }

    @Test func nothingIsLostWithTheBeginningOfLogs() {
        var marks: [String: UInt64] = [:]
        for seed in 1...4 as ClosedRange<UInt64> {
            let report = SeedRun.run(scenario(seed))
            #expect(report.breaches == [], "seed \(seed)")
            marks.merge(report.marks, uniquingKeysWith: +)
        }
        for mark in [
            "paxos.truncated", "paxos.catchUpTruncated", "replica.snapshotInstalled",
            "log.segmentRemoved", "paxos.bornWithoutBase",
        ] {
            #expect(marks[mark, default: 0] > 0, "\(mark)")
        }
    }

    /// Bases that rot while they are used, and calls on them that fail: the process ends, and nothing comes of it.
    @Test func nothingIsLostWithBasesThatFail() {
        for fault in [Fault.rottenBase, .baseWriteError, .baseReadError] {
            var (deaths, lostBases) = (0, UInt64(0))
            for seed in 1...2 as ClosedRange<UInt64> {
                var scenario = scenario(seed)
                scenario.faults = [fault]
                let report = SeedRun.run(scenario)
                #expect(report.breaches == [], "seed \(seed)")
                deaths += report.deaths
                lostBases += report.marks["paxos.bornWithoutBase", default: 0]
            }
            #expect(deaths > 0, "\(fault)")
            #expect((lostBases > 0) == (fault == .rottenBase), "\(fault)")
        }
    }

    @Test(arguments: 101...102 as ClosedRange<UInt64>)
    func norUnderAllFaults(seed: UInt64) {
        #expect(SeedRun.run(Scenario(seed: seed, profile: .storage)).breaches == [])
    }

    @Test(
        arguments: [
            "truncation-too-early", "install-over-newer",
            "promise-lost-by-install",
        ])
    func aSeededBugIsFound(name: String) throws {
        let bug = try #require(InjectedBug.named(name))
        let isFound = (1...12 as ClosedRange<UInt64>).contains { seed in
            var scenario = scenario(seed)
            scenario.injectedBug = bug
            return !SeedRun.run(scenario).breaches.isEmpty
        }
        #expect(isFound)
    }
}
