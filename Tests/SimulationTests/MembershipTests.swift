import Replication
import Testing

@testable import Simulation

/// Members come, go and are replaced, and those that left come back as newcomers.
struct MembershipTests {
    @Test func nothingIsLostWhileMembersChange() {
        var marks: [String: UInt64] = [:]
        for seed in 1...3 as ClosedRange<UInt64> {
            var scenario = Scenario(seed: seed, profile: .membership)
            scenario.nodeCount = seed == 1 ? 3 : 5
            scenario.faults = [.memberChange, .kill, .crashInTurn]
            let report = SeedRun.run(scenario)
            #expect(report.breaches == [], "seed \(seed)")
            marks.merge(report.marks, uniquingKeysWith: +)
        }
        for mark in [
            "paxos.changeProposed", "paxos.leaderPreparedNewVoters", "replica.removed",
            "paxos.retired",
        ] {
            #expect(marks[mark, default: 0] >= 3, "\(mark)")
        }
    }

    /// Who runs in a living member's name, on a copy of its directory, never votes, and nobody loses a vote by that.
    @Test func aSecondProcessOnACopyNeverVotes() {
        var marks: [String: UInt64] = [:]
        for seed in 1...3 as ClosedRange<UInt64> {
            var scenario = Scenario(seed: seed, profile: .membership)
            scenario.nodeCount = 3
            scenario.faults = [.clone]
            let report = SeedRun.run(scenario)
            #expect(report.breaches == [], "seed \(seed)")
            marks.merge(report.marks, uniquingKeysWith: +)
        }
        #expect(marks["replica.lifeEnded", default: 0] >= 3)
        #expect(marks["replica.seatGiven", default: 0] == 0)
    }

    @Test(arguments: 101...103 as ClosedRange<UInt64>)
    func norOnBadWires(seed: UInt64) {
        let report = SeedRun.run(Scenario(seed: seed, profile: .membership))
        #expect(report.breaches == [], "seed \(seed)")
        #expect(report.operationsDone >= 50)
    }

    @Test(arguments: [
        "no-barrier", "phase1-in-old-configuration", "old-members-gone-too-early",
    ])
    func aSeededBugIsFound(name: String) throws {
        let bug = try #require(InjectedBug.named(name))
        let isFound = (1...5 as ClosedRange<UInt64>).contains { seed in
            var scenario = Scenario(seed: seed, profile: .membership)
            scenario.nodeCount = 3
            scenario.faults = [.memberChange, .kill]
            scenario.injectedBug = bug
            return !SeedRun.run(scenario).breaches.isEmpty
        }
        #expect(isFound)
    }
}
