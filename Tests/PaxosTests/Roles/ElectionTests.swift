import Testing

@testable import Paxos

@Suite struct ElectionTests {
    private let quorum = Quorum(membership(voters: 3))

    private func election() -> Election {
        let configuration = Configuration(
            replica: ReplicaID(1), incarnation: Incarnation(101), boot: BootNumber(1), seed: 5)
        return Election(configuration: configuration, promised: ballot(4))
    }

    private func stand(_ election: inout Election, rank: Int = 0, at running: UInt64) -> UInt64? {
        election.stand(rank: rank, roundTrip: 0, ownVoter: 0, running: running)
    }

    @Test func aLeaderDiesOfItsOwnAgeAndOfItsContacts() {
        var election = election()
        election.hear(ballot(5, 2), contactAge: 0, running: 100)
        #expect(election.isLeaderLive(running: 350))
        #expect(!election.isLeaderLive(running: 351))
        election.hear(ballot(5, 2), contactAge: 200, running: 400)
        #expect(election.isLeaderLive(running: 450))
        #expect(!election.isLeaderLive(running: 451))
        // An Accept is a sign of life, but says nothing about contacts.
        election.hear(ballot(5, 2), contactAge: nil, running: 440)
        #expect(!election.isLeaderLive(running: 491))
    }

    @Test func aLiveLeaderIsNotForgottenForOneOfALowerBallot() {
        var election = election()
        election.hear(ballot(6, 2), contactAge: 0, running: 0)
        election.hear(ballot(5, 3), contactAge: 0, running: 10)
        #expect(election.leader?.ballot == ballot(6, 2))
        election.hear(ballot(5, 3), contactAge: 0, running: 300)
        #expect(election.leader?.ballot == ballot(5, 3))
    }

    @Test func aPromiseGivesOneCandidateItsTime() {
        var election = election()
        #expect(!election.hasChosen(otherThan: ReplicaID(3), running: 0))
        election.choose(ReplicaID(2), running: 100)
        #expect(election.hasChosen(otherThan: ReplicaID(3), running: 349))
        #expect(!election.hasChosen(otherThan: ReplicaID(2), running: 349))
        // Another promise to it does not give it more.
        election.choose(ReplicaID(2), running: 300)
        #expect(!election.hasChosen(otherThan: ReplicaID(3), running: 350))
        election.choose(ReplicaID(3), running: 400)
        #expect(election.hasChosen(otherThan: ReplicaID(2), running: 401))
    }

    @Test func aCandidateThatCannotLeadKeepsNobodyWaiting() {
        var election = election()
        func chosen() -> Bool {
            election.choose(ReplicaID(2), running: 100)
            return election.hasChosen(otherThan: ReplicaID(3), running: 101)
        }
        #expect(chosen())
        _ = election.lose(ReplicaID(3))
        #expect(election.hasChosen(otherThan: ReplicaID(3), running: 101))
        _ = election.lose(ReplicaID(2))
        #expect(!election.hasChosen(otherThan: ReplicaID(3), running: 101))
        #expect(chosen())
        election.forgetChosen(ReplicaID(2))
        #expect(!election.hasChosen(otherThan: ReplicaID(3), running: 101))
        #expect(chosen())
        election.begin()
        #expect(!election.hasChosen(otherThan: ReplicaID(3), running: 101))
        #expect(chosen())
        election.hear(ballot(5, 2), contactAge: 0, running: 101)
        #expect(!election.hasChosen(otherThan: ReplicaID(3), running: 101))
    }

    @Test func aBrokenConnectionIsAHintUntilTheLeaderIsHeardAgain() {
        var election = election()
        election.hear(ballot(6, 2), contactAge: 0, running: 0)
        #expect(election.lose(ReplicaID(3)) == false)
        #expect(election.lose(ReplicaID(2)) == true)
        #expect(!election.isLeaderLive(running: 1))
        // An Accept that was still under way on the other connection is no proof of life.
        election.hear(ballot(6, 2), contactAge: nil, running: 2)
        #expect(!election.isLeaderLive(running: 2))
        election.hear(ballot(6, 2), contactAge: 0, running: 3)
        #expect(election.isLeaderLive(running: 3))
    }

    @Test func theFirstRankProbesAtOnceAndTheOthersWaitTheirTurn() {
        var first = election()
        #expect(stand(&first, at: 1000) == 1)
        var third = election()
        #expect(stand(&third, rank: 2, at: 1000) == nil)
        guard case .waiting(let until) = third.phase else {
            Issue.record("\(third.phase)")
            return
        }
        #expect(until >= 1020 && until < 1030)
        #expect(stand(&third, rank: 2, at: until - 1) == nil)
        #expect(stand(&third, rank: 2, at: until) == 1)
    }

    @Test func onlyTheNewestProbeIsCounted() {
        var election = election()
        #expect(stand(&election, at: 1000) == 1)
        #expect(election.grant(1, number: 9, quorum: quorum) == false)
        #expect(stand(&election, at: 1050) == nil)
        var second: UInt64?
        var running: UInt64 = 1050
        while second == nil && running < 1300 {
            second = stand(&election, at: running)
            running += 1
        }
        #expect(second == 2)
        #expect(election.grant(1, number: 1, quorum: quorum) == false)
        #expect(election.grant(1, number: 2, quorum: quorum) == true)
    }

    @Test func ballotsAreAboveAllThatWasSeen() {
        var election = election()
        election.note(ballot(9, 3))
        let first = election.campaign(replica: ReplicaID(1), incarnation: Incarnation(101))
        #expect(first == ballot(10, 1))
        let second = election.campaign(replica: ReplicaID(1), incarnation: Incarnation(101))
        #expect(second == ballot(11, 1))
    }

    @Test func aGrantAndAResignationKeepQuiet() {
        var election = election()
        election.keepQuiet(for: 100, running: 1000)
        #expect(stand(&election, at: 1099) == nil)
        #expect(stand(&election, at: 1150) == 1)
        election.resign()
        #expect(stand(&election, at: 9000) == nil)
    }

    @Test func itsOwnPauseIsNotTakenForSilence() {
        var clock = TurnClock(now: 1000, stepMax: 50)
        clock.tick(1025)
        #expect(clock.running == 25)
        clock.tick(61_025)
        #expect(clock.running == 75)
        #expect(clock.now == 61_025)
        clock.tick(60_000)
        #expect(clock.running == 75)
        #expect(clock.now == 61_025)
    }
}
