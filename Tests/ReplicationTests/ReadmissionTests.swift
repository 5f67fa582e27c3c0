import Paxos
import PaxosCodec
import Replication
import Testing
import WriteAheadLog

@testable import Simulation

/// Directories that are lost, old, copied or damaged, and members that get their vote back by themselves (P5 to
/// P7). The stories have the names that the rules give them.
@Suite("Re-admission")
struct ReadmissionTests {
    private func vote(_ machine: SimMachine, in cluster: World) -> Bool {
        cluster.leader?.replica?.membership?.isVoter(
            machine.replicaID, machine.identity.incarnation) == true
    }

    private func returns(
        _ machine: SimMachine, in cluster: World, milliseconds: UInt64 = 5000
    ) -> Bool {
        cluster.timeline.run(milliseconds: milliseconds) { vote(machine, in: cluster) }
    }

    private func lose(_ machine: SimMachine) {
        machine.kill()
        machine.wipe()
    }

    private func filled(seed: UInt64, tune: (inout Knobs) -> Void = { _ in }) -> World {
        let cluster = World.formed(seed: seed, tune: tune)
        for number in 0..<60 {
            cluster.mustPut("k\(number)", [7], at: cluster.machines[number % 3])
        }
        return cluster
    }

    @Test("one after the other is wiped and votes again, and then the third can be missed")
    func wipedOneAfterTheOther() {
        let cluster = filled(seed: 21)
        for index in [2, 0] {
            let machine = cluster.machines[index]
            lose(machine)
            machine.start()
            cluster.mustPut("while \(index) is away", [1], at: cluster.machines[1])
            #expect(returns(machine, in: cluster))
        }
        #expect(cluster.becomesReadable(milliseconds: 3000))
        cluster.machines[1].kill()
        cluster.mustPut("without the third", [2], at: cluster.machines[0])
        for machine in cluster.living { #expect(cluster.value("k7", at: machine) == [7]) }
        #expect(cluster.becomesLevel())
        #expect(cluster.breaches == [])
    }

    @Test(
        "two-wiped-of-three: nothing is decided, everybody says so, and a directory that is found again ends it"
    )
    func twoWipedOfThree() {
        let cluster = filled(seed: 22)
        let first = cluster.machines[0]
        let second = cluster.machines[1]
        first.kill()
        let directory = first.backup()
        first.wipe()
        lose(second)
        second.joins = true
        first.start()
        second.start()
        cluster.timeline.run(milliseconds: 10_000)
        #expect(cluster.leader == nil)
        for machine in cluster.machines {
            let problem = machine.replica?.status.problem
            #expect(problem?.contains("quorum lost") == true, "\(machine.name): \(problem ?? "-")")
            #expect(problem?.contains("synod recover") == true)
        }
        first.kill()
        first.restore(directory)
        first.start()
        #expect(returns(second, in: cluster))
        #expect(vote(first, in: cluster))
        #expect(cluster.becomesReadable(milliseconds: 3000))
        for machine in cluster.machines { #expect(machine.replica?.status.problem == nil) }
        #expect(cluster.value("k59", at: second) == [7])
        #expect(cluster.breaches == [])
    }

    @Test(
        "wiped-while-other-down-then-back: nothing happens until a quorum of intact voters is there again"
    )
    func wipedWhileOtherDown() {
        let cluster = filled(seed: 23)
        let wiped = cluster.machines[0]
        let away = cluster.machines[1]
        away.kill()
        lose(wiped)
        wiped.start()
        #expect(!returns(wiped, in: cluster))
        #expect(cluster.leader == nil)
        away.start()
        #expect(returns(wiped, in: cluster))
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.breaches == [])
    }

    @Test("wiped-again-during-promotion: the seat goes to the life that is there")
    func wipedAgain() {
        let cluster = filled(seed: 24)
        let machine = cluster.machines[2]
        lose(machine)
        machine.start()
        let life = machine.identity.incarnation
        let isGiven = cluster.timeline.run(milliseconds: 5000) {
            let seat = cluster.leader?.replica?.membership?.seat(of: machine.replicaID)
            return seat?.incarnation == life
        }
        #expect(isGiven)
        lose(machine)
        machine.start()
        #expect(returns(machine, in: cluster))
        #expect(machine.identity.incarnation != life)
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.breaches == [])
    }

    @Test(
        "namesake-evicts-healthy-voter: another life is not listened to while the one with the seat is heard"
    )
    func namesake() throws {
        let cluster = filled(seed: 25)
        let victim = try #require(cluster.follower)
        let leader = try #require(cluster.leader?.replica)
        var hello = try #require(victim.replica?.hello(to: leader.configuration.replica))
        hello.incarnation = Incarnation(4711)
        #expect(leader.receive(hello)?.contains("another life") == true)
        cluster.timeline.run(milliseconds: 3000)
        #expect(vote(victim, in: cluster))
        #expect(cluster.checks.governing == nil)
        #expect(cluster.breaches == [])
    }

    @Test("stale-directory-votes: an old copy ends its life, and is admitted anew")
    func staleDirectory() {
        let cluster = filled(seed: 26)
        let machine = cluster.machines[1]
        machine.kill()
        let copy = machine.backup()
        machine.start()
        for number in 0..<20 { cluster.mustPut("later \(number)", [8], at: machine) }
        let life = machine.identity.incarnation
        machine.kill()
        machine.restore(copy)
        machine.start()
        #expect(cluster.timeline.run(milliseconds: 2000) { machine.process == nil })
        #expect(machine.identity.incarnation != life)
        machine.start()
        #expect(returns(machine, in: cluster))
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.value("later 19", at: machine) == [8])
        #expect(cluster.breaches == [])
    }

    @Test("cloned-directory: the second process of one boot is refused, and the copy ends its life")
    func clonedDirectory() throws {
        let cluster = filled(seed: 27)
        let machine = cluster.machines[1]
        machine.kill()
        let copy = machine.backup()
        machine.start()
        #expect(cluster.becomesReadable(milliseconds: 3000))
        let peer = try #require(cluster.machines[0].replica)
        var hello = try #require(machine.replica?.hello(to: peer.configuration.replica))
        hello.nonce += 1
        #expect(peer.receive(hello)?.contains("cop") == true)
        // The first one is gone, and the copy is started: with the same boot number, and another nonce.
        let life = machine.identity.incarnation
        machine.kill()
        machine.restore(copy)
        machine.start()
        #expect(cluster.timeline.run(milliseconds: 2000) { machine.process == nil })
        #expect(machine.identity.incarnation != life)
        machine.start()
        #expect(returns(machine, in: cluster))
        #expect(cluster.breaches == [])
    }

    @Test("rot-in-last-batch: a damaged log costs the vote, not the member")
    func damage() {
        let cluster = filled(seed: 28) { $0.segmentBytes = 64 << 10 }
        let machine = cluster.machines[0]
        machine.kill()
        var dice = Dice(seed: 28, concern: "rot")
        var tries = 0
        while !machine.storage.makeStale(&dice), tries < 100 { tries += 1 }
        #expect(machine.storage.isDamaged)
        let life = machine.identity.incarnation
        machine.start()
        #expect(machine.process == nil)
        #expect(machine.recoveryError?.isAmnesia == true)
        #expect(machine.identity.incarnation != life)
        machine.start()
        #expect(returns(machine, in: cluster))
        #expect(cluster.becomesReadable(milliseconds: 3000))
        #expect(cluster.value("k0", at: machine) == [7])
        #expect(cluster.breaches == [])
    }

    @Test("a member that is alone keeps its damaged log, and its life")
    func damageOfASoleMember() {
        let cluster = World.formed(seed: 29) { $0.nodeCount = 1 }
        let machine = cluster.machines[0]
        for number in 0..<30 { cluster.mustPut("k\(number)", [7], at: machine) }
        machine.kill()
        var dice = Dice(seed: 29, concern: "rot")
        var tries = 0
        while !machine.storage.makeStale(&dice), tries < 100 { tries += 1 }
        let life = machine.identity.incarnation
        machine.start()
        #expect(machine.process == nil)
        #expect(machine.identity.incarnation == life)
        #expect(machine.storage.isDamaged)
    }
}
