import Simulation
import Testing

/// Clients who try again until they are answered, at whatever node, while nodes and links fail: what they
/// wrote with a session's number happens once.
struct SessionTests {
    @Test func retriesHappenOnce() {
        var answered: UInt64 = 0
        for seed in 50...53 as ClosedRange<UInt64> {
            var scenario = Scenario(seed: seed)
            scenario.nodeCount = 3
            scenario.faults = [
                .loss, .duplication, .clientLoss, .isolation, .freeze, .hungDisk, .kill,
                .killLeader, .killAll,
            ]
            let report = SeedRun.run(scenario)
            #expect(report.breaches == [], "seed \(seed)")
            #expect(report.undecidedKeys == 0)
            answered += report.marks["state.retryAnswered", default: 0]
        }
        #expect(answered > 0, "nothing was done before its retry came: the test shows nothing")
    }
}
