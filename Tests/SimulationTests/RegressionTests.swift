import Simulation
import Testing

/// Seeds that once broke a rule. A seed's history changes with the program and with the simulator, so these are
/// more histories in which much goes wrong, and no proof of what was mended: the rules themselves are held
/// by tests of the log and scenarios of the core.
struct RegressionTests {
    /// A value of an old ballot was read back for a peer as if it were decided.
    private static let readBack: [Fault] = [
        .slowLink, .oneWay, .chain, .constrained, .flapping, .slowDisk, .hungDisk, .readError,
        .proposerDeath, .freeze, .powerLossAll, .crashLoop,
    ]
    /// A laggard whose disk was slow never got level.
    private static let laggard: [Fault] = [
        .isolation, .chain, .flushError, .jump, .duel, .powerLossAll,
    ]

    /// News of a lost connection came after that of the next one: a leader took a member that was there for absent,
    /// and never gave it its vote again.
    private static let lateNews: [Fault] = [
        .loss, .lateness, .constrained, .slowDisk, .hungDisk, .misdirected, .suspend,
        .acceptorDeath, .duel, .freeze, .kill, .powerLossAll, .crashInTurn,
    ]

    /// A second flush ended before the copy was there that a backup is read from: it was opened twice, its reader read
    /// two pieces at a time, and the process ended.
    @Test func aBackupIsOpenedOnce() {
        var scenario = Scenario(seed: 129, profile: .storage)
        scenario.faults = [.halves, .writeError, .kill, .powerLossAll, .crashLoop]
        scenario.faultyMilliseconds = 16_000
        #expect(SeedRun.run(scenario).breaches == [])
    }

    /// A node without its base was asked for a snapshot, and flushed an empty state with the members that its log knew:
    /// its next start trapped.
    @Test func nothingIsFlushedWithoutAState() {
        var scenario = Scenario(seed: 210_431, profile: .storage)
        scenario.faults = [
            .reordering, .lateness, .bitFlips, .halves, .oneWay, .bridge, .chain, .constrained,
            .flapping,
            .clientLoss, .hungDisk, .readError, .misdirected, .staleBlock, .kill, .lostBase,
        ]
        #expect(SeedRun.run(scenario).breaches == [])
    }

    /// Of the two that were healed in the end one had lost its base and the other one was behind what that had held: only the
    /// third one had it.
    @Test func whoHasWhatALostBaseHeldIsHealedToo() {
        var scenario = Scenario(seed: 68, profile: .watch)
        scenario.nodeCount = 3
        scenario.faults = [.halves, .readError, .killLeader, .lostBase]
        #expect(SeedRun.run(scenario).breaches == [])
    }

    /// A node that had lost its base knew only earlier lives of the others: it heard strangers, and asked nobody for a
    /// snapshot.
    @Test func aLostBaseIsHadFromStrangersToo() {
        let scenario = Scenario(seed: 700_631, profile: .storage)
        #expect(SeedRun.run(scenario).breaches == [])
    }

    @Test(arguments: [
        10300: readBack, 20515: laggard, 20_261_121_065: lateNews,
        // A newcomer asked somebody who had left and ended, for ever, and nobody for the snapshot that it needed.
        700_531: [.memberChange],
    ])
    func seedsThatOnceBrokeARule(seed: UInt64, faults: [Fault]) {
        var scenario = Scenario(seed: seed)
        scenario.faults = faults
        #expect(SeedRun.run(scenario).breaches == [])
    }
}
