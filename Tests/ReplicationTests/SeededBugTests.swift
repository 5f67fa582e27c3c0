import Replication
import Testing

/// The catalogue of seeded bugs; that they are found is for the simulator's tests.
@Suite("Seeded bugs")
struct SeededBugTests {
    @Test("each bug has a name of its own, and is of some room")
    func catalogue() {
        #expect(Set(InjectedBug.all.map(\.name)).count == InjectedBug.all.count)
        #expect(InjectedBug.all.count >= 20)
        #expect(InjectedBug.named("canary") == InjectedBug.all.first)
        #expect(InjectedBug.named("nonsense") == nil)
        for bug in InjectedBug.all {
            let isOfARoom =
                bug.paxos != nil || bug.log != nil || bug.machine != nil || bug.replica != nil
                || bug.base != nil || bug.watch != nil
            #expect(isOfARoom, "\(bug.name)")
        }
    }
}
