import Paxos
import Testing

@testable import Simulation

/// What a disk has been told to keep, and a recovery has not found, is seen.
struct DurableViewTests {
    private let ballot = Ballot(round: 3, replica: ReplicaID(1), incarnation: Incarnation(9))
    private let slot = Slot(2)
    private var nothing: DurableState { DurableState(membership: Membership(seats: [])) }

    @Test func aPromiseThatIsGoneIsALoss() {
        var view = DurableView()
        #expect(view.note(.promised(ballot), isState: false) == nil)
        #expect(view.loss(in: nothing)?.contains("the promise of") == true)
        var found = nothing
        found.promised = ballot
        #expect(view.loss(in: found) == nil)
    }

    @Test func aVoteThatIsGoneIsALoss() {
        var view = DurableView()
        let accepted = AcceptedValue(slot: slot, ballot: ballot, value: .noOperation)
        #expect(view.note(.accepted(accepted), isState: false) == nil)
        var found = nothing
        found.promised = ballot
        #expect(view.loss(in: found)?.contains("was accepted") == true)
        found.accepted = [accepted]
        #expect(view.loss(in: found) == nil)
    }

    /// A vote for a slot that is decided here has no record: it rests on the value that was fetched.
    @Test func aFetchedValueThatIsGoneIsALoss() {
        var view = DurableView()
        #expect(view.note(.learned(slot: slot, value: .noOperation), isState: false) == nil)
        #expect(view.holds(slot, ballot))
        #expect(view.loss(in: nothing)?.contains("was fetched") == true)
        var found = nothing
        found.learned = [DecidedValue(slot: slot, value: .noOperation)]
        #expect(view.loss(in: found) == nil)
        found.learned = []
        found.decidedUpTo = slot
        #expect(view.loss(in: found) == nil)
    }
}
