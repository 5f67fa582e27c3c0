import Testing

@testable import Paxos

@Suite struct LearnerTests {
    private func entry(_ text: String, _ round: UInt64) -> Acceptor.Entry {
        Acceptor.Entry(ballot: ballot(round), value: value(text), bytes: 1, box: 0)
    }

    @Test func aWatermarkDecidesOnlyItsOwnBallot() {
        var learner = Learner(state: state(), tailBytes: 1000)
        learner.note(Learner.Watermark(ballot: ballot(3), upTo: Slot(5)))
        #expect(learner.next(accepted: entry("a", 2)) == nil)
        #expect(learner.next(accepted: entry("a", 4)) == nil)
        #expect(learner.next(accepted: nil) == nil)
        #expect(learner.next(accepted: entry("a", 3))?.value == value("a"))
    }

    @Test func anOlderOrLowerMarkSaysNothingNew() {
        var learner = Learner(state: state(), tailBytes: 1000)
        learner.note(Learner.Watermark(ballot: ballot(3), upTo: Slot(5)))
        learner.note(Learner.Watermark(ballot: ballot(2), upTo: Slot(9)))
        learner.note(Learner.Watermark(ballot: ballot(3), upTo: Slot(4)))
        #expect(learner.watermark == Learner.Watermark(ballot: ballot(3), upTo: Slot(5)))
    }

    @Test func learnedValuesOfTheLastLifeWaitForTheirPredecessors() {
        var born = state()
        born.decidedUpTo = Slot(4)
        born.learned = [DecidedValue(slot: Slot(6), value: value("f"))]
        var learner = Learner(state: born, tailBytes: 1000)
        var effects = Effects()
        #expect(learner.next(accepted: nil) == nil)
        learner.decide(value("e"), acceptedIn: nil, into: &effects)
        #expect(learner.next(accepted: nil)?.value == value("f"))
    }

    @Test func theTailIsBoundedInBytes() {
        var learner = Learner(state: state(), tailBytes: 100)
        var effects = Effects()
        for _ in 0..<10 { learner.decide(value("12345678"), acceptedIn: nil, into: &effects) }
        #expect(learner.tailBytes == 80)
        #expect(learner.values(from: Slot(8), bytesMax: 1000) == nil)
        #expect(learner.values(from: Slot(9), bytesMax: 1000)?.count == 2)
        #expect(learner.values(from: Slot(9), bytesMax: 1)?.count == 1)
        #expect(learner.values(from: Slot(11), bytesMax: 1000) == nil)
        #expect(effects.decided.map(\.slot) == (1...10).map { Slot($0) })
    }

    @Test func marksAreLoggedPerBallot() {
        var learner = Learner(state: state(), tailBytes: 1000)
        var effects = Effects()
        var outbox = Outbox()
        for round: UInt64 in [1, 1, 2] {
            learner.decide(value("x"), acceptedIn: ballot(round), into: &effects)
        }
        learner.decide(value("x"), acceptedIn: nil, into: &effects)
        learner.logMarks(outbox: &outbox)
        outbox.flush(into: &effects, running: 0)
        #expect(
            effects.boxes.first?.records == [
                .decided(ballot: ballot(1), upTo: Slot(2)),
                .decided(ballot: ballot(2), upTo: Slot(3)),
            ])
        // They are logged once.
        learner.logMarks(outbox: &outbox)
        #expect(!outbox.hasRecords)
    }
}
