import Testing

@testable import Paxos

/// The checks can fail: each finds a state that was broken by hand.
@Suite struct InvariantTests {
    private func leading() -> PaxosCore {
        let configuration = Configuration(
            replica: ReplicaID(1), incarnation: Incarnation(101), boot: BootNumber(1), seed: 1)
        var core = PaxosCore(
            configuration: configuration, state: state(voters: 1), nowMilliseconds: 0)
        var effects = Effects()
        core.step(.tick(nowMilliseconds: 25), into: &effects)
        core.step(.durable(boxNumber: 1), into: &effects)
        core.step(.endOfTurn, into: &effects)
        return core
    }

    private func names(_ core: PaxosCore) -> Set<Invariants.Name> {
        Set(Invariants.check(core).map(\.name))
    }

    @Test func aSoundStateBreaksNothing() {
        let core = leading()
        #expect(core.status.role == .leader)
        #expect(Invariants.check(core) == [])
        #expect(Invariants.check(before: core, after: core) == [])
    }

    @Test func twoRoles() {
        var core = leading()
        core.proposer = Proposer(
            ballot: ballot(1), fromSlot: Slot(1), ownBox: 1, voterCount: 1, deadline: 0)
        #expect(names(core).contains(.oneRole))
    }

    @Test func theDeadLeadAndStand() {
        var core = leading()
        core.lives.hasProposer = false
        #expect(names(core) == [.deadRolesDoNothing])
        core = leading()
        core.lives.hasLearner = false
        #expect(names(core) == [.deadRolesDoNothing])
        core = leading()
        core.leader = nil
        core.lives.acceptor = .dead(lastBox: 1)
        core.proposer = Proposer(
            ballot: core.acceptor.promised, fromSlot: Slot(1), ownBox: 1, voterCount: 1,
            deadline: 0)
        #expect(names(core) == [.deadRolesDoNothing])
    }

    @Test func theDeadPromiseAcceptAndLearn() {
        var old = leading()
        old.leader = nil
        old.lives.acceptor = .dead(lastBox: 1)
        old.lives.hasLearner = false
        var new = old
        var outbox = Outbox()
        var effects = Effects()
        _ = new.acceptor.promiseOwn(ballot(9), outbox: &outbox)
        new.acceptor.acceptOwn(Slot(5), ballot(9), value("x"), outbox: &outbox)
        new.learner.decide(value("y"), acceptedIn: nil, into: &effects)
        let broken = Invariants.check(before: old, after: new).filter {
            $0.name == .deadRolesDoNothing
        }
        #expect(broken.count == 3)
        #expect(Invariants.check(before: old, after: old) == [])
    }

    @Test func aLeaderUnderAnotherMembershipThanItPrepared() {
        var core = leading()
        core.configurationSlot = Slot(99)
        #expect(names(core) == [.leaderIsPrepared, .configurationIsDecided])
    }

    @Test func slotsAboveAMembership() {
        var core = leading()
        _ = core.leader?.open(.membership(membership(voters: 1)), ownBox: 1, running: 0)
        #expect(names(core).contains(.barrierHolds))
        core.leader?.seal()
        #expect(!names(core).contains(.barrierHolds))
        _ = core.leader?.open(value("x"), ownBox: 1, running: 0)
        #expect(names(core).contains(.barrierHolds))
    }

    @Test func anotherMembershipOfTheSameSlot() {
        let old = leading()
        var new = old
        new.membership = membership(voters: 2)
        let broken = Invariants.check(before: old, after: new)
        #expect(broken.map(\.name) == [.configurationIsDecided])
    }

    @Test func aPromiseAboveItsOwnBallot() {
        var core = leading()
        var outbox = Outbox()
        _ = core.acceptor.promiseOwn(ballot(9), outbox: &outbox)
        #expect(names(core) == [.leaderHoldsItsPromise])
    }

    @Test func anOpenSlotThatItDidNotAccept() {
        var core = leading()
        _ = core.leader?.open(value("x"), ownBox: 1, running: 0)
        #expect(names(core).contains(.openSlotsAreAccepted))
    }

    @Test func anAcceptorThatIsNotWithItsLearner() {
        var core = leading()
        core.acceptor.pass(learnedInBox: nil)
        #expect(names(core).contains(.acceptedAbovePrefix))
    }

    @Test func stepsBackwards() {
        let old = leading()
        var new = old
        var effects = Effects()
        new.step(.durable(boxNumber: 2), into: &effects)
        new.step(.read(number: 1), into: &effects)
        new.step(.propose(bundle: [1]), into: &effects)
        new.step(.endOfTurn, into: &effects)
        #expect(Invariants.check(before: old, after: new) == [])
        let broken = Set(Invariants.check(before: new, after: old).map(\.name))
        #expect(
            broken == [
                .decidedNeverFalls, .acceptedBallotNeverFalls, .readNumbersRise, .boxNumbersRise,
            ])
    }

    @Test func anotherValueInADecidedSlot() {
        let one = [DecidedValue(slot: Slot(1), value: value("a"))]
        let two = [
            DecidedValue(slot: Slot(1), value: value("a")),
            DecidedValue(slot: Slot(2), value: value("b")),
        ]
        #expect(Invariants.agreement([one, two]) == [])
        let other = [DecidedValue(slot: Slot(2), value: value("c"))]
        #expect(Invariants.agreement([one, two, other]).map(\.name) == [.agreement])
    }
}
