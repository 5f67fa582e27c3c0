import Testing

@testable import Replication

@Suite struct ApplyPaceTests {
    private static func plan(_ generationBytes: Int) -> MemoryPlan {
        MemoryPlan(generationBytes: generationBytes, tableBytes: 1 << 30, replayBytes: 1 << 30)
    }

    private struct Subject {
        var pace = ApplyPace()
        let plan: MemoryPlan

        mutating func mustWait(
            _ unflushedBytes: Int, at milliseconds: UInt64 = 0, isHeldUp: Bool
        ) -> Bool {
            pace.mustWait(
                unflushedBytes: unflushedBytes, plan: plan, nowMilliseconds: milliseconds,
                isHeldUp: { isHeldUp })
        }
    }

    @Test func applyWaitsAtTwoGenerations() {
        var subject = Subject(plan: Self.plan(1_000))
        let answers = [1_999, 2_000, 2_001].map { subject.mustWait($0, isHeldUp: false) }
        #expect(answers == [false, false, true])
    }

    /// In each second of a long wait something is applied, and two generations are never reached.
    @Test func memoryThatIsLeftLastsForAnyTime() {
        var subject = Subject(plan: Self.plan(64 << 20))
        var unflushed = subject.plan.generationBytes + 1
        for second in 0..<600 {
            let before = unflushed
            for tick in 0..<100 {
                let now = UInt64(second * 1_000 + tick * 10)
                while !subject.mustWait(unflushed, at: now, isHeldUp: true) { unflushed += 1_000 }
            }
            #expect(unflushed > before, "nothing in second \(second)")
        }
        #expect(unflushed < 2 * subject.plan.generationBytes)
        #expect(unflushed > subject.plan.generationBytes * 3 / 2)
    }

    @Test func afterTheWaitItBeginsAnew() {
        var subject = Subject(plan: Self.plan(1_000))
        _ = subject.mustWait(1_500, isHeldUp: true)
        let waits = subject.mustWait(1_501, isHeldUp: true)
        let isFree = !subject.mustWait(1_501, isHeldUp: false)
        let beginsAnew = !subject.mustWait(1_600, at: 9, isHeldUp: true)
        #expect([waits, isFree, beginsAnew] == [true, true, true])
    }
}
