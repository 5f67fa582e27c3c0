import Basics
import Testing

@testable import Authentication

@Suite("Slow work beside the loop")
struct SlowWorkTests {
    /// The threads stop at each job until they are let on; the test is the loop.
    private final class Rig {
        let turns = Monitor(0)
        private let isOpen = Monitor(false)
        private(set) var answers: [Int] = []
        let work: SlowWork<Int>

        init(threads: Int) {
            work = SlowWork<Int>(
                threadsMax: threads, lanes: [.init(jobsMax: 3), .init(jobsMax: 2)]
            ) { [turns] in turns.update { $0 += 1 } }
        }

        func run(
            _ number: Int, lane: Int = 0, isWanted: @escaping () -> Bool = { true }
        ) -> Bool {
            work.run(lane: lane, isWanted: isWanted) { [isOpen] in
                isOpen.wait { $0 ? () : nil }
                return number
            } then: { [unowned self] in
                answers.append($0)
            }
        }

        func open() { isOpen.update { $0 = true } }

        /// Takes answers until there are so many.
        func drain(until count: Int) {
            while answers.count < count {
                if work.drain() { continue }
                turns.wait { turns -> Void? in
                    guard turns > 0 else { return nil }
                    turns -= 1
                    return ()
                }
            }
        }
    }

    @Test func onlySoManyJobsWaitInEachLaneAndTheLanesTakeTurns() {
        let rig = Rig(threads: 1)
        #expect((0..<4).allSatisfy { rig.run($0) }, "one at work, three wait")
        #expect(!rig.run(4))
        #expect(rig.run(10, lane: 1) && rig.run(11, lane: 1), "another lane has its own places")
        #expect(!rig.run(12, lane: 1))
        rig.open()
        rig.drain(until: 6)
        #expect(rig.answers == [0, 10, 1, 11, 2, 3], "no lane holds up the other one")
        #expect(rig.run(5))
        rig.drain(until: 7)
        #expect(rig.work.droppedCount == 0)
    }

    @Test func allThreadsWork() {
        let rig = Rig(threads: 2)
        #expect((0..<5).allSatisfy { rig.run($0) }, "two at work, three wait")
        #expect(!rig.run(5))
        rig.open()
        rig.drain(until: 5)
        #expect(Set(rig.answers) == [0, 1, 2, 3, 4])
    }

    @Test func whatNobodyWantsAnyMoreIsNotDoneAndTakesNoPlace() {
        let rig = Rig(threads: 2)
        var isThere = true
        let isWanted = { isThere }
        #expect(rig.run(0) && rig.run(1))
        #expect((2..<5).allSatisfy { rig.run($0, isWanted: isWanted) })
        #expect(!rig.run(5), "all places are taken")
        isThere = false
        #expect(rig.run(6), "by nobody that is still there")
        #expect(rig.work.droppedCount == 3)
        #expect(rig.run(7) && rig.run(8, isWanted: isWanted) && rig.run(9))
        rig.open()
        rig.drain(until: 5)
        #expect(Set(rig.answers) == [0, 1, 6, 7, 9])
        #expect(rig.work.droppedCount == 4)
    }
}
