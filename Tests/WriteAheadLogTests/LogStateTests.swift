import Paxos
import Testing

@testable import WriteAheadLog

/// What a state batch says of configurations: which of them govern is known when the decided prefix is.
@Suite struct LogStateTests {
    private func membership(_ replicas: UInt64) -> Membership {
        Membership(
            seats: (1...replicas).map {
                Seat(
                    replica: ReplicaID($0), incarnation: Incarnation($0), isVoter: true, name: "",
                    peerURLs: [])
            })
    }

    private func slots(_ records: [DurableRecord]) -> [UInt64] {
        var state = LogState()
        for record in records { state.note(record) }
        return state.configurations.map(\.slot.rawValue)
    }

    @Test func allConfigurationsAboveTheTruncatedSlotsAreKept() {
        let records: [DurableRecord] = [
            .configuration(slot: Slot(0), membership: membership(1)),
            .configuration(slot: Slot(5), membership: membership(2)),
            .configuration(slot: Slot(9), membership: membership(3)),
        ]
        #expect(slots(records) == [0, 5, 9])
        #expect(slots(records + [.truncated(upTo: Slot(4))]) == [0, 5, 9])
        #expect(slots(records + [.truncated(upTo: Slot(7))]) == [0, 5, 9])
        #expect(slots(records + [.truncated(upTo: Slot(20))]) == [0, 9])
    }

    @Test func whatAStateBatchRepeatsChangesNothing() {
        var state = LogState()
        state.note(.configuration(slot: Slot(0), membership: membership(1)))
        state.note(.configuration(slot: Slot(5), membership: membership(2)))
        let before = state
        for record in state.records { state.note(record) }
        #expect(state == before)
    }

    /// A log that begins above a store, which a damaged one does, hears late what the cluster began with, and hands it
    /// on: else no newcomer could be taken in once all who knew it have left (seed 730493).
    @Test func whatTheClusterBeganWithMayComeLate() {
        let records: [DurableRecord] = [
            .configuration(slot: Slot(9), membership: membership(3)),
            .truncated(upTo: Slot(20)),
            .configuration(slot: Slot(0), membership: membership(1)),
        ]
        #expect(slots(records) == [0, 9])
        #expect(
            slots(records + [.configuration(slot: Slot(30), membership: membership(2))]) == [
                0, 9, 30,
            ])
        #expect(slots(records + records) == [0, 9])
    }
}
