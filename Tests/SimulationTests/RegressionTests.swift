import Simulation
import Testing

/// Seeds that found a bug, under the bug's name. A seed's history changes with the program and with the
/// simulator, so each bug's rule is held by a test of the core as well.
struct RegressionTests {
    /// A replica with values of an old ballot on disk had learned the decided ones and not flushed them yet.
    /// It read the old ones back for a peer that was catching up, as if they were decided.
    @Test func anOldBallotsValueIsNotReadBackAsDecided() {
        var scenario = Scenario(seed: 10300)
        scenario.faults = [
            .slowLink, .oneWay, .chain, .constrained, .flapping, .slowDisk, .hungDisk, .readError,
            .proposerDeath, .freeze, .powerLossAll, .crashLoop,
        ]
        #expect(SeedRun.run(scenario).breaches == [])
    }

    /// A laggard whose fetched values fill the way to its disk asked for more only with the next heartbeat: with
    /// small chunks it learned no faster than the others decided.
    @Test func aLaggardAsksOnAsSoonAsItsDiskIsDone() {
        var scenario = Scenario(seed: 20515)
        scenario.faults = [.isolation, .chain, .flushError, .jump, .duel, .powerLossAll]
        #expect(SeedRun.run(scenario).breaches == [])
    }
}
