import Replication
import Testing

/// Seeded bugs can happen, and are found. These are the ones that two histories of crashes on bad networks
/// bring out; the others are for the simulator, which has the time and all the faults.
@Suite("Seeded bugs")
struct SeededBugTests {
    @Test(
        "crashes and bad networks find it",
        arguments: [
            "canary", "acknowledge-before-flush", "promise-not-persisted", "accept-not-persisted",
            "promise-overtakes-accept", "older-ballot-decided-by-watermark",
        ])
    func found(name: String) throws {
        let bug = try #require(InjectedBug.named(name))
        let finding = (1...2 as ClosedRange<UInt64>).lazy.compactMap { seed in
            var options = Cluster.Options.varied(seed)
            options.injectedBug = bug
            return CrashRun(seed: seed, options: options, crashes: 45).findings.first
        }.first
        #expect(finding != nil)
    }

    @Test("each bug has a name of its own, and is of some room")
    func catalogue() {
        #expect(Set(InjectedBug.all.map(\.name)).count == InjectedBug.all.count)
        #expect(InjectedBug.all.count >= 20)
        #expect(InjectedBug.named("canary") == InjectedBug.all.first)
        #expect(InjectedBug.named("nonsense") == nil)
        for bug in InjectedBug.all {
            let isOfARoom =
                bug.paxos != nil || bug.log != nil || bug.machine != nil || bug.replica != nil
            #expect(isOfARoom, "\(bug.name)")
        }
    }
}
