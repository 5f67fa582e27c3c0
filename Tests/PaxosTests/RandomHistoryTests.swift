import Paxos
import Testing

@Suite struct RandomHistoryTests {
    @Test(arguments: 0..<20)
    func agreementHoldsAndWorkGetsDone(part: UInt64) {
        for seed in (part * 100)..<(part * 100 + 100) {
            let found = RandomHistory.run(seed: seed)
            #expect(found == [], "seed \(seed)")
        }
    }

    /// Roles that die alone, on nodes that live on (P11): nothing is decided twice, and the dead are silent.
    @Test(arguments: 0..<6)
    func rolesDieAlone(part: UInt64) {
        var deaths = 0
        for seed in (part * 100)..<(part * 100 + 100) {
            let history = RandomHistory.runMortal(seed: seed)
            #expect(history.found == [], "seed \(seed)")
            deaths += history.deaths
        }
        #expect(deaths > 500)
    }

    /// Members come, go and are replaced, while all else goes wrong, too (P23, P24).
    @Test(arguments: 0..<10)
    func membershipsChange(part: UInt64) {
        var changes = 0
        for seed in (part * 60)..<(part * 60 + 60) {
            let history = RandomHistory.runChanging(seed: seed)
            #expect(history.found == [], "seed \(seed)")
            changes += history.changes
        }
        #expect(changes > 60)
    }

    /// Logs lose their beginning, states are lost, and who lags too far gets another one's (P8, P31, P34). What
    /// logs still have of decided slots is what was decided.
    @Test func logsLoseTheirBeginning() {
        var installs = 0
        var lostBases = 0
        for seed in 0..<600 as Range<UInt64> {
            let history = RandomHistory.runTruncating(seed: seed)
            #expect(history.found == [], "seed \(seed)")
            installs += history.world.installs
            lostBases += history.world.lostBases
        }
        #expect(installs > 300)
        #expect(lostBases > 80)
    }

    /// A check that cannot fail checks nothing: each broken rule is found out by some history.
    @Test(arguments: Mischief.all)
    func aBrokenRuleIsFoundOut(mischief: Mischief) {
        let first = mischief.firstSeed
        let found = (first..<first + 2_000).lazy.map { seed in
            mischief.isOfSnapshots
                ? RandomHistory.runTruncating(seed: seed, mischief: mischief).found
                : mischief.isOfMemberships
                    ? RandomHistory.runChanging(seed: seed, mischief: mischief).found
                    : RandomHistory.run(seed: seed, mischief: mischief)
        }
        .first { !$0.isEmpty }
        #expect(found != nil, "\(mischief)")
    }
}
