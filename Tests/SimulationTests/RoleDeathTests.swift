import Simulation
import Testing

/// Roles die alone, on nodes that live on.
struct RoleDeathTests {
    private static let deaths: [Fault] = [.proposerDeath, .acceptorDeath, .learnerDeath]

    @Test func nothingAcknowledgedIsLost() {
        var strikes: [String: Int] = [:]
        for seed in 1...4 as ClosedRange<UInt64> {
            let report = judge(seed: seed, nodeCount: seed % 3 == 0 ? 5 : 3, Self.deaths)
            strikes.merge(report.strikes, uniquingKeysWith: +)
        }
        for fault in Self.deaths { #expect(strikes[fault.rawValue, default: 0] >= 10) }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func norOnBadWiresWithProcessesKilledAsWell(seed: UInt64) {
        let report = judge(
            seed: seed, nodeCount: 3,
            Self.deaths + [.amnesia, .loss, .duplication, .kill, .killLeader, .crashInTurn])
        #expect(report.deaths > 5)
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func norWithAcceptorsAlone(seed: UInt64) {
        let report = judge(seed: seed, nodeCount: 5, [.acceptorDeath])
        #expect(report.operationsDone >= 200)
    }

    private func judge(seed: UInt64, nodeCount: Int, _ faults: [Fault]) -> SeedReport {
        var scenario = Scenario(seed: seed)
        scenario.nodeCount = nodeCount
        scenario.faults = faults
        let report = SeedRun.run(scenario)
        #expect(report.breaches == [], "seed \(seed)")
        #expect(report.undecidedKeys == 0)
        #expect(report.operationsDone >= 100)
        #expect(report.statesCompared > 2)
        return report
    }
}
