import Paxos
import Testing

@Suite struct DurableStateBuilderTests {
    private func accepted(_ slot: UInt64, _ round: UInt64, _ text: String) -> DurableRecord {
        .accepted(AcceptedValue(slot: Slot(slot), ballot: ballot(round), value: value(text)))
    }

    private func fold(
        _ records: [DurableRecord], appliedUpTo: UInt64 = 0
    ) -> (state: DurableState, decided: [UInt64]) {
        var builder = DurableStateBuilder(
            membership: membership(voters: 3), appliedUpTo: Slot(appliedUpTo))
        var decided: [UInt64] = []
        for record in records { builder.fold(record) { decided.append($0.slot.rawValue) } }
        return (builder.state(), decided)
    }

    @Test func aMarkDecidesOnlyItsOwnBallotUpToTheFirstOther() {
        let (state, decided) = fold([
            accepted(1, 2, "a"), accepted(2, 1, "b"), accepted(3, 2, "c"),
            .decided(ballot: ballot(2), upTo: Slot(3)),
        ])
        #expect(decided == [1])
        #expect(state.decidedUpTo == Slot(1))
        #expect(state.accepted.map(\.slot) == [Slot(2), Slot(3)])
        #expect(state.promised == ballot(2))
    }

    @Test func aMarkSaysNothingAboutWhatIsAcceptedAfterIt() {
        let (state, decided) = fold([
            .decided(ballot: ballot(2), upTo: Slot(3)), accepted(1, 2, "a"),
        ])
        #expect(decided == [])
        #expect(state.decidedUpTo == .zero)
    }

    @Test func learnedValuesWaitAndWin() {
        let (state, decided) = fold([
            accepted(1, 1, "old"), .learned(slot: Slot(2), value: value("b")),
            .learned(slot: Slot(1), value: value("a")), .learned(slot: Slot(5), value: value("e")),
        ])
        #expect(decided == [1, 2])
        #expect(state.learned == [DecidedValue(slot: Slot(5), value: value("e"))])
        #expect(state.accepted == [])
    }

    @Test func theHighestBallotOfASlotStays() {
        let (state, _) = fold([
            accepted(1, 1, "a"), accepted(1, 3, "b"), .promised(ballot(7)), accepted(2, 2, "c"),
        ])
        #expect(state.accepted.map(\.value) == [value("b"), value("c")])
        #expect(state.promised == ballot(7))
    }

    @Test func whatWasAppliedElsewhereIsNotHandedOut() {
        let (state, decided) = fold(
            [
                accepted(1, 1, "a"), accepted(2, 1, "b"), accepted(3, 1, "c"),
                .decided(ballot: ballot(1), upTo: Slot(3)),
            ], appliedUpTo: 2)
        #expect(decided == [3])
        #expect(state.decidedUpTo == Slot(3))
    }

    @Test func truncatedSlotsAreDecided() {
        let records: [DurableRecord] = [
            .truncated(upTo: Slot(9)), accepted(4, 1, "d"), accepted(10, 1, "j"),
            .decided(ballot: ballot(1), upTo: Slot(10)),
        ]
        let (state, decided) = fold(records, appliedUpTo: 9)
        #expect(decided == [10])
        #expect(state.truncatedUpTo == Slot(9))
        #expect(state.decidedUpTo == Slot(10))
        #expect(!state.lacksBase)
        let (lacking, none) = fold(records, appliedUpTo: 8)
        #expect(none == [], "slots are handed out without gaps")
        #expect(lacking.decidedUpTo == Slot(10))
        #expect(lacking.lacksBase)
    }

    /// Of what the caller's state has, the records may have something else: it was never decided.
    @Test func whatIsNotProvenIsTruncated() {
        let proven: [DurableRecord] = [
            accepted(1, 1, "a"), .learned(slot: Slot(2), value: value("b")), accepted(3, 2, "c"),
            .decided(ballot: ballot(1), upTo: Slot(1)), .decided(ballot: ballot(2), upTo: Slot(3)),
        ]
        #expect(fold(proven, appliedUpTo: 3).state.truncatedUpTo == .zero)
        #expect(fold(proven, appliedUpTo: 4).state.truncatedUpTo == Slot(4))
        let other = proven.dropLast() + [.decided(ballot: ballot(3), upTo: Slot(3))]
        #expect(fold(Array(other), appliedUpTo: 3).state.truncatedUpTo == Slot(3))
        #expect(fold(Array(other), appliedUpTo: 2).state.truncatedUpTo == .zero)
    }

    private func change(_ slot: UInt64, _ voters: Int) -> DurableRecord {
        .accepted(
            AcceptedValue(
                slot: Slot(slot), ballot: ballot(1), value: .membership(membership(voters: voters)))
        )
    }

    @Test func aMembershipGovernsWhenItsSlotIsDecided() {
        let (open, _) = fold([accepted(1, 1, "a"), change(2, 5)])
        #expect(open.membership == membership(voters: 3))
        let (closed, _) = fold([
            accepted(1, 1, "a"), change(2, 5), .decided(ballot: ballot(1), upTo: Slot(2)),
        ])
        #expect(closed.membership == membership(voters: 5))
        #expect(closed.configurationSlot == Slot(2))
    }

    /// A configuration's record may outlive the mark that decided its slot.
    @Test func aConfigurationAboveThePrefixDoesNotGovern() {
        let records: [DurableRecord] = [
            .configuration(slot: Slot(2), membership: membership(voters: 5)),
            accepted(1, 1, "a"), change(2, 5),
        ]
        let (open, _) = fold(records)
        #expect(open.membership == membership(voters: 3))
        let (closed, _) = fold(records + [.decided(ballot: ballot(1), upTo: Slot(2))])
        #expect(closed.membership == membership(voters: 5))
        let (applied, _) = fold(records, appliedUpTo: 2)
        #expect(applied.configurationSlot == Slot(2))
        let (truncated, _) = fold(records + [.truncated(upTo: Slot(4))])
        #expect(truncated.membership == membership(voters: 5))
    }

    @Test func theNewestOfSeveralMembershipsGoverns() {
        let (state, _) = fold([
            .configuration(slot: Slot(7), membership: membership(voters: 7)),
            .configuration(slot: Slot(3), membership: membership(voters: 5)),
            .truncated(upTo: Slot(9)),
            .configuration(slot: Slot(3), membership: membership(voters: 5)),
        ])
        #expect(state.membership == membership(voters: 7))
    }

    @Test func logTimeIsTheHighestOfAllThatIsKnown() {
        let late = Value.lead(Value.Lead(ballot: ballot(1), logTimeMilliseconds: 90))
        let (state, _) = fold([
            .accepted(AcceptedValue(slot: Slot(1), ballot: ballot(1), value: late)),
            accepted(2, 1, "b"),
        ])
        #expect(state.logTimeMilliseconds == 90)
    }
}
