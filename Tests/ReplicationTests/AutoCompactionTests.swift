import MVCC
import Paxos
import Replication
import Simulation
import StateMachine
import Testing

/// Compaction by itself, with etcd's times, which are the test's own here.
@Suite("Compaction by itself")
struct AutoCompactionTests {
    private static let minute: UInt64 = 60_000

    /// What a compactor asks for in so many minutes, looked at every half minute: one write
    /// a minute, on top of revision 1.
    private func asked(
        _ plan: AutoCompaction, minutes: UInt64, leads: (UInt64) -> Bool = { _ in true },
        isDone: (UInt64) -> Bool = { _ in true }
    ) -> [[Int64]] {
        var compactor = AutoCompactor(plan)
        var asked: [[Int64]] = []
        for half in 0...minutes * 2 {
            let (now, minute) = (half * Self.minute / 2, half / 2)
            let revision = compactor.tick(
                nowMilliseconds: now, revision: Int64(minute) + 1, leads: leads(minute))
            guard let revision else { continue }
            asked.append([Int64(minute), revision])
            compactor.ended(nowMilliseconds: now, isDone: isDone(minute))
        }
        return asked
    }

    @Test("by revisions: every five minutes, if there are more")
    func revisions() {
        #expect(asked(.revision(count: 12), minutes: 26) == [[15, 4], [20, 9], [25, 14]])
        #expect(asked(.off, minutes: 100) == [])
    }

    @Test("with a period below an hour: once in it, what was a period ago, or a look more")
    func shortPeriod() {
        let asked = asked(.periodic(milliseconds: 10 * Self.minute), minutes: 31)
        #expect(asked == [[10, 1], [20, 10], [30, 20]])
    }

    @Test("with a long period: after the first one every hour")
    func longPeriod() {
        let asked = asked(.periodic(milliseconds: 180 * Self.minute), minutes: 400)
        #expect(asked == [[180, 1], [240, 55], [300, 115], [360, 175]])
    }

    @Test("who does not lead looks only; what fails is tried again at the next look")
    func leadersOnly() {
        let plan = AutoCompaction.periodic(milliseconds: 10 * Self.minute)
        #expect(asked(plan, minutes: 40, leads: { $0 >= 33 }) == [[33, 23]])
        let tried = asked(plan, minutes: 24, isDone: { $0 >= 22 })
        #expect(tried == [[10, 1], [11, 1]] + (12...22).map { [$0, $0 - 10] })
        let never = asked(.revision(count: 1), minutes: 20, leads: { _ in false })
        #expect(never == [])
    }

    @Test("a cluster keeps its period, whoever leads")
    func cluster() throws {
        let world = World.formed(seed: 5) {
            $0.autoCompaction = .periodic(milliseconds: 2_000)
        }
        var revisions: [(at: UInt64, revision: Int64)] = []
        func write(seconds: UInt64) throws {
            for _ in 0..<seconds * 5 {
                let node = try #require(world.living.first)
                world.mustPut("k", at: node)
                let revision = try #require(node.replica?.machine.keyspace.revision)
                revisions.append((world.timeline.nowMicroseconds, revision))
                world.timeline.run(milliseconds: 200)
            }
        }
        try write(seconds: 1)
        #expect(world.living.allSatisfy { $0.replica?.machine.keyspace.compactedRevision == -1 })
        try write(seconds: 4)
        let leader = try #require(world.living.first { $0.replica?.status.isLeader == true })
        let before = try #require(leader.replica?.machine.keyspace.compactedRevision)
        #expect(before > 1)
        leader.losePower()
        world.timeline.run(milliseconds: 1_000)
        try write(seconds: 5)
        #expect(world.becomesLevel())
        for node in world.living {
            let compacted = try #require(node.replica?.machine.keyspace.compactedRevision)
            #expect(compacted > before)
            // What was written within the period is there.
            let writtenAt = try #require(revisions.first { $0.revision > compacted }).at
            #expect(
                world.timeline.nowMicroseconds - writtenAt <= 5_000_000
                    && compacted < revisions.last!.revision)
            let young = revisions.filter { $0.at + 2_000_000 > world.timeline.nowMicroseconds }
            #expect(young.allSatisfy { $0.revision > compacted })
        }
        #expect(world.breaches == [])
    }
}
