import Testing

@testable import Replication

@Suite struct ApplyPaceTests {
    private static func bounds(_ generationBytes: Int) -> GenerationBounds {
        GenerationBounds(dueBytes: generationBytes, reserveBytes: generationBytes)
    }

    private struct Subject {
        var pace = ApplyPace()
        let bounds: GenerationBounds

        mutating func mustWait(
            _ unflushedBytes: Int, at milliseconds: UInt64 = 0, isHeldUp: Bool
        ) -> Bool {
            pace.mustWait(
                unflushedBytes: unflushedBytes, bounds: bounds, nowMilliseconds: milliseconds,
                isHeldUp: { isHeldUp })
        }
    }

    @Test func changesTakeWhatKeysLeave() {
        let plan = MemoryPlan(generationBytes: 64, tableBytes: 128, replayBytes: 1_000)
        let due = [0, 32, 54, 95, 96, 128, 1_000].map { plan.generation(besideKeys: $0).dueBytes }
        #expect(due == [96, 96, 96, 65, 64, 64, 64])
        #expect(plan.generation(besideKeys: 54).urgentBytes == 128)
        #expect(plan.generation(besideKeys: 54).mostBytes == 160)
    }

    @Test func applyWaitsAtTwoGenerations() {
        var subject = Subject(bounds: Self.bounds(1_000))
        let answers = [1_999, 2_000, 2_001].map { subject.mustWait($0, isHeldUp: false) }
        #expect(answers == [false, false, true])
    }

    /// In each second of a long wait something is applied, and two generations are never reached.
    @Test func memoryThatIsLeftLastsForAnyTime() {
        var subject = Subject(bounds: Self.bounds(64 << 20))
        var unflushed = subject.bounds.dueBytes + 1
        for second in 0..<600 {
            let before = unflushed
            for tick in 0..<100 {
                let now = UInt64(second * 1_000 + tick * 10)
                while !subject.mustWait(unflushed, at: now, isHeldUp: true) { unflushed += 1_000 }
            }
            #expect(unflushed > before, "nothing in second \(second)")
        }
        #expect(unflushed < subject.bounds.mostBytes)
        #expect(unflushed > subject.bounds.urgentBytes)
    }

    @Test func afterTheWaitItBeginsAnew() {
        var subject = Subject(bounds: Self.bounds(1_000))
        _ = subject.mustWait(1_500, isHeldUp: true)
        let waits = subject.mustWait(1_501, isHeldUp: true)
        let isFree = !subject.mustWait(1_501, isHeldUp: false)
        let beginsAnew = !subject.mustWait(1_600, at: 9, isHeldUp: true)
        #expect([waits, isFree, beginsAnew] == [true, true, true])
    }
}
