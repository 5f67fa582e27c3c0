import Testing

@testable import Paxos

@Suite struct LeaderTests {
    private let quorum = Quorum(membership(voters: 3))

    private func leader() -> Leader {
        Leader(
            ballot: ballot(1), decidedUpTo: .zero, leadSlot: Slot(1), ownVoter: 0,
            logTimeMilliseconds: 500, clock: TurnClock(now: 1000, stepMax: 50), peerCount: 2,
            heartbeat: 50)
    }

    private func accepted(_ first: UInt64, _ last: UInt64, round: UInt64 = 1) -> Message.Accepted {
        Message.Accepted(ballot: ballot(round), first: Slot(first), last: Slot(last))
    }

    @Test func itsOwnVoteCountsWhenItIsDurable() {
        var leader = leader()
        _ = leader.open(value("a"), ownBox: 7, running: 0)
        leader.receive(accepted(1, 1), voter: 1, peer: 0, running: 0)
        #expect(leader.popDecided(by: quorum) == nil)
        leader.durable(6)
        #expect(leader.popDecided(by: quorum) == nil)
        leader.durable(7)
        #expect(leader.popDecided(by: quorum) == value("a"))
        #expect(leader.openBytes == 0)
    }

    @Test func slotsAreDecidedInOrder() {
        var leader = leader()
        for text in ["a", "b", "c"] { _ = leader.open(value(text), ownBox: 1, running: 0) }
        leader.receive(accepted(2, 3), voter: 1, peer: 0, running: 0)
        leader.receive(accepted(2, 3), voter: 2, peer: 1, running: 0)
        #expect(leader.popDecided(by: quorum) == nil)
        leader.receive(accepted(1, 1), voter: 1, peer: 0, running: 0)
        leader.durable(1)
        #expect(leader.popDecided(by: quorum) == value("a"))
        #expect(leader.popDecided(by: quorum) == value("b"))
        #expect(leader.popDecided(by: quorum) == value("c"))
        #expect(leader.isIdle)
    }

    @Test func votesThatDoNotCount() {
        var leader = leader()
        _ = leader.open(value("a"), ownBox: 1, running: 0)
        leader.durable(1)
        leader.receive(accepted(1, 1), voter: nil, peer: 0, running: 0)
        leader.receive(accepted(1, 1, round: 2), voter: 1, peer: 0, running: 0)
        leader.receive(accepted(1, 9), voter: 1, peer: 0, running: 0)
        #expect(leader.popDecided(by: quorum) == nil)
        leader.receive(accepted(1, 1), voter: 1, peer: 0, running: 0)
        leader.close()
        #expect(leader.popDecided(by: quorum) == nil)
    }

    @Test func logTimeFollowsTheMonotonicClock() {
        var leader = leader()
        #expect(leader.stampLogTime(now: 1000) == 500)
        #expect(leader.stampLogTime(now: 1250) == 750)
        #expect(leader.stampLogTime(now: 1100) == 750)
        #expect(leader.stampLogTime(now: 900) == 750)
    }

    @Test func aSlotOpensOnlyWithRoom() {
        var limits = Configuration(
            replica: ReplicaID(1), incarnation: Incarnation(101), boot: BootNumber(1), seed: 0)
        limits.windowSlots = 2
        var leader = leader()
        #expect(leader.mayOpen(isDue: false, unflushedBytes: 0, limits: limits))
        _ = leader.open(value("a"), ownBox: 1, running: 0)
        #expect(!leader.mayOpen(isDue: false, unflushedBytes: 0, limits: limits))
        #expect(leader.mayOpen(isDue: true, unflushedBytes: 0, limits: limits))
        #expect(!leader.mayOpen(isDue: true, unflushedBytes: limits.unflushedBytes, limits: limits))
        _ = leader.open(value("b"), ownBox: 1, running: 0)
        #expect(!leader.mayOpen(isDue: true, unflushedBytes: 0, limits: limits))
        leader.handOver = Leader.HandOver(target: ReplicaID(2), until: 0)
        #expect(!leader.mayOpen(isDue: true, unflushedBytes: 0, limits: limits))
    }

    @Test func aFollowerThatIsTooFarBehindIsCutOffUntilItIsNear() {
        var leader = leader()
        for _ in 0..<4 {
            _ = leader.open(value("12345678"), ownBox: 1, running: 0)
            leader.receive(
                Message.Accepted(ballot: ballot(1), first: leader.lastSlot, last: leader.lastSlot),
                voter: 1, peer: 0, running: 0)
            leader.durable(1)
            while leader.popDecided(by: quorum) != nil {}
        }
        #expect(leader.lag(after: .zero) == 160)
        #expect(leader.lag(after: Slot(3)) == 40)
        #expect(leader.mayStream(to: 0, bytesMax: 100) == true)
        #expect(leader.mayStream(to: 1, bytesMax: 100) == false)
        #expect(leader.flows[1].isPulling)
        leader.noteDurable(Slot(2), peer: 1, roundTrip: 0, bytesMax: 100, running: 0)
        #expect(leader.flows[1].isPulling)
        leader.noteDurable(Slot(3), peer: 1, roundTrip: 0, bytesMax: 100, running: 0)
        #expect(!leader.flows[1].isPulling)
    }

    @Test func onlyWhatIsNotAcknowledgedIsSentAgainAndEverLessOften() {
        var leader = leader()
        _ = leader.open(value("a"), ownBox: 1, running: 0)
        _ = leader.open(value("b"), ownBox: 1, running: 0)
        leader.receive(accepted(2, 2), voter: 1, peer: 0, running: 0)
        #expect(leader.slotsToResend(to: 0, bytesMax: 1000, running: 99) == [])
        #expect(leader.slotsToResend(to: 0, bytesMax: 1000, running: 100) == [Slot(1)])
        #expect(leader.slotsToResend(to: 0, bytesMax: 1000, running: 150) == [])
        #expect(leader.slotsToResend(to: 0, bytesMax: 1000, running: 200) == [Slot(1)])
        #expect(leader.slotsToResend(to: 0, bytesMax: 1000, running: 350) == [])
        #expect(leader.slotsToResend(to: 0, bytesMax: 1000, running: 400) == [Slot(1)])
        #expect(leader.slotsToResend(to: 1, bytesMax: 1, running: 400) == [Slot(1)])
        leader.resume(0, running: 401)
        #expect(leader.slotsToResend(to: 0, bytesMax: 1000, running: 401) == [Slot(1)])
    }
}
