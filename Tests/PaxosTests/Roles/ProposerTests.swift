import Testing

@testable import Paxos

@Suite struct ProposerTests {
    private func proposer() -> Proposer {
        Proposer(ballot: ballot(9), fromSlot: Slot(1), ownBox: 1, voterCount: 3, deadline: 0)
    }

    private func promise(
        _ values: [(slot: UInt64, round: UInt64, text: String)], chunk: UInt32 = 0,
        isLast: Bool = true, decided: UInt64 = 0, in promised: Ballot = ballot(9)
    ) -> Message.Promise {
        Message.Promise(
            ballot: promised, fromSlot: Slot(1), truncatedUpTo: Slot(decided),
            decidedUpTo: Slot(decided), highestAccepted: Slot(0), chunk: chunk, isLast: isLast,
            values: values.map {
                AcceptedValue(slot: Slot($0.slot), ballot: ballot($0.round), value: value($0.text))
            })
    }

    @Test func theHighestBallotWinsAndHolesAreNoOps() {
        var proposer = proposer()
        _ = proposer.receive(
            promise([(1, 2, "old"), (3, 5, "new")]), voter: 0)
        _ = proposer.receive(
            promise([(1, 4, "newer"), (3, 1, "stale")]), voter: 1)
        #expect(proposer.promises.count == 2)
        #expect(proposer.value(for: Slot(1)) == value("newer"))
        #expect(proposer.value(for: Slot(2)) == .noOperation)
        #expect(proposer.value(for: Slot(3)) == value("new"))
        #expect(proposer.highestAccepted == Slot(3))
    }

    @Test func onlyCompletePromisesCount() {
        var proposer = proposer()
        _ = proposer.receive(promise([], chunk: 2, isLast: true), voter: 0)
        _ = proposer.receive(promise([], chunk: 0, isLast: false), voter: 0)
        #expect(proposer.promises.count == 0)
        _ = proposer.receive(promise([], chunk: 0, isLast: false), voter: 0)
        #expect(proposer.promises.count == 0)
        _ = proposer.receive(promise([], chunk: 1, isLast: false), voter: 0)
        #expect(proposer.promises.count == 1)
    }

    @Test func chunksOfTwoAnswersAreNotMixed() {
        var proposer = proposer()
        _ = proposer.receive(
            promise([(6, 1, "f")], chunk: 0, isLast: false, decided: 5),
            voter: 0)
        // The acceptor learned more and answered a duplicate Prepare in other chunks.
        _ = proposer.receive(
            promise([(9, 1, "i")], chunk: 1, isLast: true, decided: 7), voter: 0
        )
        #expect(proposer.promises.count == 0)
        _ = proposer.receive(
            promise([(7, 1, "g")], chunk: 1, isLast: true, decided: 5), voter: 0
        )
        #expect(proposer.promises.count == 0)
        _ = proposer.receive(
            promise([(8, 1, "h")], chunk: 0, isLast: false, decided: 7),
            voter: 0)
        #expect(proposer.promises.count == 1)
        #expect(proposer.decidedUpTo == Slot(7))
        #expect(proposer.value(for: Slot(8)) == value("h"))
    }

    @Test func whatIsDecidedElsewhereIsNotProposed() {
        var proposer = proposer()
        _ = proposer.receive(promise([(3, 1, "c")]), voter: 0)
        _ = proposer.receive(promise([], decided: 4), voter: 1)
        #expect(proposer.decidedUpTo == Slot(4))
        #expect(proposer.highestAccepted == Slot(4))
    }

    @Test func anotherBallotAndAnImpossibleValueAreNotCounted() {
        var proposer = proposer()
        #expect(proposer.receive(promise([], in: ballot(8)), voter: 0) == false)
        #expect(proposer.receive(promise([(1, 9, "x")]), voter: 0) == false)
        let far = Limits.acceptedSlotsMax + 1
        #expect(proposer.receive(promise([(far, 1, "x")]), voter: 0) == false)
        #expect(proposer.promises.count == 0)
    }
}
