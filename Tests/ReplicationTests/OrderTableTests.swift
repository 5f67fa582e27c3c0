import Paxos
import Testing

@testable import Replication

/// Orders that wait, and when they are given again.
@Suite("Order table")
struct OrderTableTests {
    private let members = Membership(seats: [
        Seat(
            replica: ReplicaID(1), incarnation: Incarnation(1), isVoter: true, name: "n1",
            peerURLs: ["http://n1:1"])
    ])

    private final class Results {
        var all: [OrderResult] = []
    }

    private func table(_ order: MembershipOrder, _ results: Results = Results()) -> OrderTable {
        var table = OrderTable()
        table.add(order, deadlineMilliseconds: 1_000) { results.all.append($0) }
        return table
    }

    @Test("an order is given, and given again when no answer comes, as a second try")
    func again() {
        var table = table(.add(2, peerURLs: ["http://n2:1"], isLearner: false))
        #expect(table.takeDue(0, members: members).map(\.isRetry) == [false])
        #expect(table.takeDue(499, members: members).isEmpty)
        #expect(table.takeDue(500, members: members).map(\.isRetry) == [true])
        table.tryAllAgain()
        #expect(table.takeDue(501, members: members).count == 1)
        // The leader could not take it: soon again.
        #expect(table.note(.later, of: 1, nowMilliseconds: 510) == nil)
        #expect(table.takeDue(529, members: members).isEmpty)
        #expect(table.takeDue(530, members: members).count == 1)
    }

    @Test("that somebody is gone is the work of an earlier try only if it was there")
    func retriesOfRemovals() {
        var known = table(.remove(1))
        _ = known.takeDue(0, members: members)
        #expect(known.takeDue(500, members: members).map(\.isRetry) == [true])
        var unknown = table(.remove(9))
        _ = unknown.takeDue(0, members: members)
        #expect(unknown.takeDue(500, members: members).map(\.isRetry) == [false])
    }

    @Test("a refusal is believed when no earlier try can come about any more")
    func refusals() {
        var table = table(.promote(1))
        _ = table.takeDue(0, members: members)
        _ = table.takeDue(500, members: members)
        // One of two tries did nothing; the other one may have been proposed.
        #expect(table.note(.refused(.unhealthy), of: 1, nowMilliseconds: 510) == nil)
        #expect(
            table.note(.later, of: 1, nowMilliseconds: 520)?.result == .refused(.unhealthy))
        var open = self.table(.promote(1))
        _ = open.takeDue(0, members: members)
        _ = open.takeDue(500, members: members)
        #expect(open.note(.refused(.unhealthy), of: 1, nowMilliseconds: 510) == nil)
        #expect(open.takeExpired(1_000).map(\.result) == [.timedOut])
    }

    @Test("who was to come and has come ends the order, whatever comes after")
    func coming() {
        var table = table(.add(2, peerURLs: ["http://n2:1"], isLearner: false))
        _ = table.takeDue(0, members: members)
        let seat = Seat(
            replica: ReplicaID(2), incarnation: nil, kind: .voterToBe, name: "",
            peerURLs: ["http://n2:1"])
        let with = GoverningMembership(slot: Slot(5), membership: members.with(seat))
        table.note(with)
        table.note(GoverningMembership(slot: Slot(6), membership: members))
        #expect(table.takeDue(900, members: members).isEmpty)
        let now = GoverningMembership(slot: Slot(6), membership: members)
        #expect(table.takeApplied(now).map(\.result) == [.done(with.membership)])
        // By a snapshot, nobody knows.
        var jumped = self.table(.add(2, peerURLs: ["http://n2:1"], isLearner: false))
        #expect(jumped.takeDoubtful().isEmpty)
        _ = jumped.takeDue(0, members: members)
        #expect(jumped.takeDoubtful().map(\.result) == [.timedOut])
    }

    @Test("what is carried out ends when it is applied here, or when time is up")
    func ends() throws {
        let results = Results()
        var table = table(.remove(1), results)
        _ = table.takeDue(0, members: members)
        let governing = GoverningMembership(slot: Slot(9), membership: members)
        #expect(table.note(.done(governing), of: 1, nowMilliseconds: 1) == nil)
        #expect(table.takeDue(900, members: members).isEmpty)
        let early = GoverningMembership(slot: Slot(8), membership: members)
        #expect(table.takeApplied(early).isEmpty)
        #expect(table.takeApplied(governing).map(\.result) == [.done(members)])
        #expect(table.isEmpty)
        // Who has left may never apply it, and is told all the same.
        var left = self.table(.remove(1))
        _ = left.takeDue(0, members: members)
        _ = left.note(.done(governing), of: 1, nowMilliseconds: 1)
        #expect(left.takeExpired(1_000).map(\.result) == [.done(members)])
    }

    @Test("what was given and not answered is open; what never was, was not done")
    func deadlines() {
        var never = table(.promote(1))
        #expect(never.takeExpired(999).isEmpty)
        #expect(never.takeExpired(1_000).map(\.result) == [.notTaken(.noLeader)])
        var given = table(.promote(1))
        _ = given.takeDue(0, members: nil)
        #expect(given.takeExpired(1_000).map(\.result) == [.timedOut])
        var stopped = table(.promote(1))
        #expect(stopped.takeAll().map(\.result) == [.notTaken(.stopping)])
        var refused = table(.promote(1))
        _ = refused.takeDue(0, members: nil)
        let end = refused.note(.refused(.notALearner), of: 1, nowMilliseconds: 5)
        #expect(end?.result == .refused(.notALearner))
        #expect(refused.note(.refused(.notALearner), of: 1, nowMilliseconds: 6) == nil)
    }
}
