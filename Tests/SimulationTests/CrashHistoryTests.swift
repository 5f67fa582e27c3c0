import Histories
import Replication
import Testing

@testable import Simulation

/// Processes are killed and machines lose their power at any moment, while wires and disks stall.
struct CrashHistoryTests {
    private static let faults: [Fault] = [
        .kill, .killLeader, .killAll, .powerLoss, .powerLossAll, .crashInTurn, .crashLoop, .freeze,
        .hungDisk, .isolation,
    ]

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func nothingAcknowledgedIsLost(seed: UInt64) { judge(seed: seed, nodeCount: 3) }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func norByFive(seed: UInt64) { judge(seed: seed, nodeCount: 5) }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func norByOneAlone(seed: UInt64) { judge(seed: seed, nodeCount: 1) }

    private func judge(seed: UInt64, nodeCount: Int) {
        var scenario = Scenario(seed: seed)
        scenario.nodeCount = nodeCount
        scenario.faults = Self.faults
        let report = SeedRun.run(scenario)
        #expect(report.breaches == [], "seed \(seed)")
        #expect(report.undecidedKeys == 0)
        #expect(report.deaths >= 20)
        #expect(report.operationsDone >= 100)
        if nodeCount > 1 { #expect(report.statesCompared > 2) }
    }

    /// The same kinds of histories show what is lost where nobody waits for the disk.
    @Test func withoutTheFlushItIsLost() {
        var broken: Set<Rule> = []
        for seed in 1...3 as ClosedRange<UInt64> {
            let report = reportWithoutFlush(seed: seed)
            #expect(report.verdict == .violated, "seed \(seed)")
            broken.formUnion(report.violations.map(\.rule))
        }
        #expect(broken.contains(.acknowledgedPresent))
    }

    /// All machines lose their power at once, and none has noted in its log what the others had: so nobody finds out
    /// that its directory has forgotten something, and ends or begins another life.
    private func reportWithoutFlush(seed: UInt64) -> Report {
        var knobs = Knobs()
        knobs.diskMicroseconds = 20_000...60_000
        knobs.requestTimeoutMilliseconds = 400
        knobs.clientCount = 40
        knobs.operationsPerSecond = 600
        // What peers had is noted at the beginning of a segment.
        knobs.segmentBytes = 16 << 20
        let world = World(
            seed: seed, knobs: knobs, injectedBug: .named("acknowledge-before-flush"))
        // Only what clients notice.
        world.ignoredRules = Set(Breach.Rule.allCases)
        world.checks.expectsHalts = true
        let workload = Workload(world)
        world.onEnd = { _ in workload.processEnded() }
        for machine in world.machines { machine.start() }
        workload.start()
        for _ in 0..<6 {
            world.timeline.run(milliseconds: 1_200)
            for machine in world.living { machine.losePower() }
        }
        workload.stop()
        world.timeline.run(milliseconds: 5_000)
        return HistoryCheck.run(workload.history(heldBy: world.living))
    }
}
