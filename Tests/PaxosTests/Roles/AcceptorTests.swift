import Testing

@testable import Paxos

@Suite struct AcceptorTests {
    private let leader = ReplicaID(1)

    private struct Desk {
        var acceptor: Acceptor
        var outbox = Outbox()
        var effects = Effects()

        init(_ state: DurableState = state()) { acceptor = Acceptor(state: state) }

        mutating func prepare(_ ballot: Ballot, from slot: UInt64 = 1, chunkBytes: Int = 1000)
            -> Bool
        {
            acceptor.receive(
                Message.Prepare(ballot: ballot, fromSlot: Slot(slot)), from: ReplicaID(1),
                knowsLiveLeader: false, chunkBytes: chunkBytes, outbox: &outbox, into: &effects)
        }

        mutating func accept(
            _ ballot: Ballot, _ slot: UInt64, _ value: Value
        ) -> Acceptor.AcceptOutcome {
            acceptor.receive(
                Message.Accept(
                    ballot: ballot, slot: Slot(slot), decidedUpTo: .zero, value: value),
                from: ReplicaID(1), knowsLiveLeader: false, outbox: &outbox, into: &effects)
        }

        mutating func flush() -> Effects.Box? {
            effects.removeAll()
            outbox.flush(into: &effects, running: 0)
            return effects.boxes.first
        }
    }

    @Test func promisesTravelWithTheirRecord() {
        var desk = Desk()
        #expect(desk.prepare(ballot(1)) == true)
        #expect(desk.effects.messages.isEmpty)
        let box = desk.flush()
        #expect(box?.records == [.promised(ballot(1))])
        #expect(box?.messages.count == 1)
    }

    @Test func aLowerBallotIsRejectedAtOnce() {
        var desk = Desk()
        _ = desk.prepare(ballot(2, 2))
        #expect(desk.prepare(ballot(2, 1)) == false)
        #expect(desk.accept(ballot(1), 1, value("a")) == .rejected)
        #expect(desk.effects.messages.count == 2)
        for outbound in desk.effects.messages {
            guard case .reject(let reject) = outbound.message else {
                Issue.record("\(outbound)")
                continue
            }
            #expect(reject.promised == ballot(2, 2))
        }
        #expect(desk.acceptor.promised == ballot(2, 2))
    }

    @Test func acceptingRaisesThePromise() {
        var desk = Desk()
        #expect(desk.accept(ballot(3), 5, value("a")) == .accepted)
        #expect(desk.acceptor.promised == ballot(3))
        #expect(
            desk.flush()?.records == [
                .promised(ballot(3)),
                .accepted(AcceptedValue(slot: Slot(5), ballot: ballot(3), value: value("a"))),
            ])
    }

    @Test func oneBallotWithTwoValuesIsAConflict() {
        var desk = Desk()
        #expect(desk.accept(ballot(1), 1, value("a")) == .accepted)
        #expect(desk.accept(ballot(1), 1, value("a")) == .accepted)
        #expect(desk.accept(ballot(1), 1, value("b")) == .conflict)
        #expect(desk.accept(ballot(2), 1, value("b")) == .accepted)
    }

    @Test func aDuplicateWritesNoSecondRecord() {
        var desk = Desk()
        _ = desk.accept(ballot(1), 1, value("a"))
        _ = desk.flush()
        _ = desk.accept(ballot(1), 1, value("a"))
        let box = desk.flush()
        // The first record is not durable yet, so the answer still waits behind it.
        #expect(box?.records == [])
        #expect(box?.messages.count == 1)
        desk.outbox.durable(2)
        _ = desk.accept(ballot(1), 1, value("a"))
        #expect(desk.flush() == nil)
        #expect(desk.effects.messages.count == 1)
    }

    @Test func promisesComeInChunksWithAnEndMark() {
        var desk = Desk()
        for slot: UInt64 in [1, 2, 4] { _ = desk.accept(ballot(1), slot, value("abcd")) }
        let prepare = Message.Prepare(ballot: ballot(2), fromSlot: Slot(1))
        let chunks = desk.acceptor.promiseChunks(to: prepare, chunkBytes: 80)
        #expect(chunks.map(\.values.count) == [2, 1])
        #expect(chunks.map(\.isLast) == [false, true])
        #expect(chunks.map(\.chunk) == [0, 1])
        #expect(chunks.allSatisfy { $0.highestAccepted == Slot(4) })
        let later = Message.Prepare(ballot: ballot(2), fromSlot: Slot(3))
        #expect(
            desk.acceptor.promiseChunks(to: later, chunkBytes: 80).flatMap(\.values).map(\.slot)
                == [Slot(4)])
        let none = Message.Prepare(ballot: ballot(2), fromSlot: Slot(9))
        #expect(desk.acceptor.promiseChunks(to: none, chunkBytes: 80).map(\.isLast) == [true])
    }

    @Test func aPromiseOfAnEarlierLifeIsNotAnsweredAgain() {
        var born = state()
        born.promised = ballot(4)
        var desk = Desk(born)
        #expect(desk.prepare(ballot(4)) == false)
        #expect(desk.effects.messages.isEmpty && desk.flush() == nil)
        #expect(desk.prepare(ballot(5)) == true)
    }

    @Test func itNeverVotesForAReference() {
        var desk = Desk()
        let reference = Value.reference(Value.Reference(digest: [], byteCount: 1))
        #expect(desk.accept(ballot(1), 1, reference) == .ignored)
        #expect(desk.flush() == nil)
    }

    @Test func farAheadIsRefusedWithoutAnAnswer() {
        var desk = Desk()
        #expect(desk.accept(ballot(1), Limits.acceptedSlotsMax + 1, value("a")) == .ignored)
        #expect(desk.accept(ballot(1), Limits.acceptedSlotsMax, value("a")) == .accepted)
        #expect(desk.accept(ballot(1), 0, value("a")) == .ignored)
    }

    @Test func theDurablePrefixFollowsTheBoxes() {
        var desk = Desk()
        _ = desk.accept(ballot(1), 1, value("a"))
        _ = desk.flush()
        _ = desk.accept(ballot(1), 2, value("b"))
        _ = desk.flush()
        _ = desk.accept(ballot(1), 4, value("d"))
        _ = desk.flush()
        #expect(desk.acceptor.durableUpTo(durableBox: 0) == .zero)
        #expect(desk.acceptor.durableUpTo(durableBox: 1) == Slot(1))
        // Decided, and still not durable here.
        desk.acceptor.pass(learnedInBox: nil)
        desk.acceptor.pass(learnedInBox: nil)
        #expect(desk.acceptor.durableUpTo(durableBox: 1) == Slot(1))
        #expect(desk.acceptor.durableUpTo(durableBox: 3) == Slot(2))
        desk.acceptor.pass(learnedInBox: 4)
        #expect(desk.acceptor.durableUpTo(durableBox: 3) == Slot(2))
        #expect(desk.acceptor.durableUpTo(durableBox: 4) == Slot(4))
    }

    /// What was accepted in an older ballot is durable; what the slot decided is not yet, and the log
    /// must not be asked for it. (Found by the simulator: a peer was given the older value.)
    @Test func anOlderBallotsValueIsNotReadBackAsTheDecidedOne() {
        var desk = Desk()
        _ = desk.accept(ballot(1), 1, value("older"))
        _ = desk.flush()
        #expect(desk.acceptor.durableUpTo(durableBox: 1) == Slot(1))
        #expect(desk.acceptor.durableDecidedUpTo(durableBox: 1) == .zero)
        desk.acceptor.pass(learnedInBox: 2)
        #expect(desk.acceptor.durableDecidedUpTo(durableBox: 1) == .zero)
        #expect(desk.acceptor.durableDecidedUpTo(durableBox: 2) == Slot(1))
    }
}
