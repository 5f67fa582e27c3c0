import Simulation
import Testing

/// Equal seeds, equal histories.
struct DeterminismTests {
    @Test func aSeedGivesOneHistory() {
        var scenario = Scenario(seed: 7)
        scenario.nodeCount = 3
        scenario.faults = [.loss, .kill, .bitFlips, .powerLoss]
        let first = SeedRun.run(scenario)
        #expect(first == SeedRun.run(scenario))
        #expect(first.breaches == [])
        #expect(first.operations >= Limits.operationsMin)
        #expect(first.virtualMicroseconds >= Limits.secondsMin * 1_000_000)
        #expect(first.deaths > 0 && first.flipsCaught > 0)
    }

    @Test func concernsThrowDiceOfTheirOwn() {
        var network = Dice(seed: 5, concern: "network")
        var disk = Dice(seed: 5, concern: "disk")
        var other = Dice(seed: 6, concern: "network")
        var again = Dice(seed: 5, concern: "network")
        let first = network.next()
        #expect(first == again.next())
        #expect(first != disk.next() && first != other.next())
    }
}
