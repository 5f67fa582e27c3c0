import Paxos
import Replication
import Simulation
import Testing
import WriteAheadLog

/// Members come and go by the replica's own way (P23, P24), over real logs.
@Suite("Memberships")
struct MembershipTests {
    private func seat(_ machine: SimMachine, isVoter: Bool = true) -> Seat {
        Seat(
            replica: machine.replicaID, incarnation: machine.identity.incarnation,
            isVoter: isVoter, name: machine.name, peerURLs: [])
    }

    /// Asks whoever leads, again until it is decided or `seconds` are over.
    private func change(_ cluster: World, to seats: [Seat], seconds: Int = 5) -> Bool {
        for _ in 0..<seconds * 10 {
            let answer = Answer<ChangeOutcome>()
            cluster.leader?.replica?.change(to: Membership(seats: seats)) { answer.take($0) }
            if case .decided = cluster.wait(answer, milliseconds: 100) { return true }
            cluster.timeline.run(milliseconds: 100)
        }
        return false
    }

    @Test(
        "a member leaves, ends when a quorum of the others has all that it has, and does not start again"
    )
    func leaving() {
        let cluster = World.formed(seed: 1)
        cluster.mustPut("before", [1], at: cluster.machines[0])
        let left = cluster.machines[2]
        #expect(change(cluster, to: cluster.machines.prefix(2).map { seat($0) }))
        #expect(cluster.timeline.run(milliseconds: 2000) { left.isRetired })
        left.start()
        #expect(left.process == nil)
        cluster.mustPut("after", [2], at: cluster.machines[1])
        #expect(cluster.value("before", at: cluster.machines[1]) == [1])
        #expect(cluster.breaches == [])
    }

    @Test(
        "who left is there while no quorum of the others has all that it has, and refuses its clients"
    )
    func leavingWhileNeeded() throws {
        let cluster = World.formed(seed: 11)
        cluster.mustPut("before", [1], at: cluster.machines[0])
        let leader = try #require(cluster.leader)
        let others = cluster.machines.filter { $0 !== leader }
        let (slow, left) = (others[0], others[1])
        slow.diskStalledUntil = cluster.timeline.nowMicroseconds + 1_500_000
        #expect(change(cluster, to: [seat(leader), seat(slow)], seconds: 1))
        #expect(
            cluster.timeline.run(milliseconds: 500) {
                left.replica?.status.problem?.contains("was removed") == true
            })
        let refused = try #require(cluster.wait(cluster.put("late", at: left)))
        #expect(refused.refusal == .stopping)
        cluster.timeline.run(milliseconds: 500)
        #expect(!left.isRetired)
        #expect(cluster.timeline.run(milliseconds: 3000) { left.isRetired })
        cluster.mustPut("after", [2], at: slow)
        #expect(cluster.breaches == [])
    }

    @Test("who was away when it was removed is told that nobody needs it")
    func leavingWhileAway() {
        let cluster = World.formed(seed: 12)
        let left = cluster.machines[2]
        left.kill()
        #expect(change(cluster, to: cluster.machines.prefix(2).map { seat($0) }))
        cluster.mustPut("meanwhile", [1], at: cluster.machines[0])
        left.start()
        #expect(cluster.timeline.run(milliseconds: 3000) { left.isRetired })
        #expect(cluster.breaches == [])
    }

    @Test("the leader removes itself, and somebody else leads at once")
    func leaderLeaves() throws {
        let cluster = World.formed(seed: 2)
        let leader = try #require(cluster.leader)
        let others = cluster.machines.filter { $0 !== leader }
        #expect(change(cluster, to: others.map { seat($0) }))
        let begin = cluster.timeline.nowMicroseconds
        #expect(
            cluster.timeline.run(milliseconds: 1000) {
                others.contains { $0.replica?.status.isLeader == true }
            })
        // Less than the 100 ms after which silence is noticed.
        #expect(cluster.timeline.nowMicroseconds - begin < 90_000)
        cluster.mustPut("on", [3], at: others[0])
        #expect(cluster.breaches == [])
    }

    @Test("a restart finds the membership and the cluster's identity again")
    func restart() throws {
        let cluster = World.formed(seed: 3)
        let identity = cluster.machines[0].replica?.clusterID
        let two = cluster.machines.prefix(2)
        #expect(change(cluster, to: two.map { seat($0) }))
        cluster.mustPut("k", [4], at: cluster.machines[0])
        for machine in cluster.machines { machine.losePower() }
        for machine in two { machine.start() }
        #expect(cluster.becomesReadable(milliseconds: 5000))
        for machine in two {
            #expect(machine.replica?.clusterID == identity)
            #expect(machine.replica?.members.map(\.name) == ["n1", "n2"])
            #expect(cluster.value("k", at: machine) == [4])
        }
        #expect(cluster.breaches == [])
    }

    @Test("who was wiped after it left comes back as a learner, catches up, and votes")
    func comingBack() throws {
        let cluster = World.formed(seed: 4)
        let machine = cluster.machines[2]
        let others = cluster.machines.prefix(2).map { seat($0) }
        #expect(change(cluster, to: others))
        machine.losePower()
        machine.wipe()
        machine.joins = true
        for number in 0..<50 { cluster.mustPut("k\(number)", [5], at: cluster.machines[0]) }
        machine.start()
        #expect(change(cluster, to: others + [seat(machine, isVoter: false)]))
        #expect(cluster.becomesLevel())
        #expect(change(cluster, to: others + [seat(machine)]))
        #expect(cluster.becomesReadable(milliseconds: 3000))
        cluster.machines[0].losePower()
        #expect(cluster.value("k49", at: machine) == [5])
        cluster.mustPut("with", [6], at: machine)
        #expect(cluster.breaches == [])
    }

    private func emptySeat(_ machine: SimMachine, _ kind: Seat.Kind) -> Seat {
        Seat(
            replica: machine.replicaID, incarnation: nil, kind: kind, name: "",
            peerURLs: ["http://new:2380"])
    }

    /// The seat of this machine, as the leader applied it.
    private func seatKnown(_ machine: SimMachine, in cluster: World) -> Seat? {
        cluster.leader?.replica?.membership?.seat(of: machine.replicaID)
    }

    /// Two members, and a machine whose directory is empty and that is not started.
    private func withVacancy(seed: UInt64) -> (World, SimMachine, [Seat]) {
        let cluster = World.formed(seed: seed)
        let machine = cluster.machines[2]
        let others = cluster.machines.prefix(2).map { seat($0) }
        #expect(change(cluster, to: others))
        machine.losePower()
        machine.wipe()
        machine.joins = true
        for number in 0..<50 { cluster.mustPut("k\(number)", [5], at: cluster.machines[0]) }
        return (cluster, machine, others)
    }

    @Test(
        "a seat for a voter is taken by the first directory that comes, which votes when it has caught up"
    )
    func takingASeat() throws {
        let (cluster, machine, others) = withVacancy(seed: 7)
        #expect(change(cluster, to: others + [emptySeat(machine, .voterToBe)]))
        cluster.mustPut("with a vacancy", [1], at: cluster.machines[1])
        let shown = cluster.machines[0].replica?.members.last
        #expect(shown?.isLearner == false && shown?.peerURLs == ["http://new:2380"])
        machine.start()
        #expect(
            cluster.timeline.run(milliseconds: 5000) {
                seatKnown(machine, in: cluster)?.kind == .voter
            })
        let taken = try #require(seatKnown(machine, in: cluster))
        #expect(taken.incarnation == machine.identity.incarnation)
        #expect(taken.name == machine.name)
        #expect(taken.clientURLs == ["http://\(machine.name):2379"])
        #expect(cluster.becomesReadable(milliseconds: 3000))
        cluster.machines[0].losePower()
        #expect(cluster.value("k49", at: machine) == [5])
        cluster.mustPut("with its vote", [6], at: machine)
        #expect(cluster.breaches == [])
    }

    @Test("a seat for a learner is taken, and promoted by nobody but the operator")
    func takingALearnersSeat() throws {
        let (cluster, machine, others) = withVacancy(seed: 8)
        #expect(change(cluster, to: others + [emptySeat(machine, .learner)]))
        machine.start()
        #expect(
            cluster.timeline.run(milliseconds: 3000) {
                seatKnown(machine, in: cluster)?.incarnation == machine.identity.incarnation
            })
        #expect(cluster.becomesLevel())
        #expect(
            !cluster.timeline.run(milliseconds: 3000) {
                seatKnown(machine, in: cluster)?.kind != .learner
            })
        let known = try #require(seatKnown(machine, in: cluster))
        #expect(change(cluster, to: others + [known.turned(.voter)]))
        #expect(cluster.breaches == [])
    }

    @Test("a seat passes to no other life while the one that has it is heard")
    func namesake() throws {
        let cluster = World.formed(seed: 9)
        let leader = try #require(cluster.leader)
        let victim = try #require(cluster.follower)
        let others = cluster.machines.filter { $0 !== victim }.map { seat($0) }
        let other = seat(victim).given(to: Incarnation(4711), name: "", clientURLs: [])
        let early = Answer<ChangeOutcome>()
        leader.replica?.change(to: Membership(seats: others + [other])) { early.take($0) }
        #expect(cluster.wait(early) == .refused(.stillHeard([victim.replicaID])))
        victim.isSupervised = false
        victim.losePower()
        #expect(change(cluster, to: others + [other]))
        #expect(cluster.breaches == [])
    }

    private func order(
        _ machine: SimMachine, toMoveTo target: UInt64
    ) -> Answer<Replica.LeaderMove> {
        let answer = Answer<Replica.LeaderMove>()
        machine.replica?.moveLeader(to: target) { answer.take($0) }
        return answer
    }

    @Test("leadership is given to whom it is wanted for, in less than 50 ms")
    func movingTheLeader() throws {
        let cluster = World.formed(seed: 6)
        let leader = try #require(cluster.leader)
        let target = try #require(cluster.machines.last { $0 !== leader })
        let begin = cluster.timeline.nowMicroseconds
        let moved = order(leader, toMoveTo: target.replicaID.rawValue)
        #expect(cluster.wait(moved) == .done)
        #expect(cluster.timeline.nowMicroseconds - begin < 50_000)
        #expect(target.replica?.status.isLeader == true)
        let late = order(leader, toMoveTo: target.replicaID.rawValue)
        #expect(cluster.wait(late) == .notLeader)
        let unknown = order(target, toMoveTo: 99)
        #expect(cluster.wait(unknown) == .badTarget)
        #expect(cluster.breaches == [])
    }

    /// Time passes between a frame and the end of its turn: that this leader has yielded to the target is no failure.
    @Test("leadership is given away while turns are long")
    func movingTheLeaderInLongTurns() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            let cluster = World.formed(seed: seed) {
                $0.tickMicroseconds = 200
                $0.turnMicroseconds = 500...1_000
            }
            let leader = try #require(cluster.leader)
            let target = try #require(cluster.machines.last { $0 !== leader })
            let moved = order(leader, toMoveTo: target.replicaID.rawValue)
            #expect(cluster.wait(moved) == .done, "seed \(seed)")
            #expect(cluster.breaches == [])
        }
    }

    @Test("of two orders to give leadership away the later one counts, and both callers hear of it")
    func movingTheLeaderTwice() throws {
        let cluster = World.formed(seed: 6)
        let leader = try #require(cluster.leader)
        let others = cluster.machines.filter { $0 !== leader }
        cluster.network.cut(leader, others[0])
        let first = order(leader, toMoveTo: others[0].replicaID.rawValue)
        let second = order(leader, toMoveTo: others[1].replicaID.rawValue)
        let begin = cluster.timeline.nowMicroseconds
        #expect(cluster.wait(first) == .timedOut)
        #expect(cluster.wait(second) == .done)
        #expect(cluster.timeline.nowMicroseconds - begin < 100_000)
        #expect(cluster.breaches == [])
    }

    @Test("who asks for a leader that does not answer is told as soon as it is given up")
    func movingTheLeaderToOneThatIsGone() throws {
        let cluster = World.formed(seed: 6)
        let leader = try #require(cluster.leader)
        let target = try #require(cluster.machines.last { $0 !== leader })
        cluster.network.cut(leader, target)
        let begin = cluster.timeline.nowMicroseconds
        let cut = order(leader, toMoveTo: target.replicaID.rawValue)
        #expect(cluster.wait(cut) == .timedOut)
        #expect(cluster.timeline.nowMicroseconds - begin < 400_000)
        target.isSupervised = false
        target.losePower()
        cluster.timeline.run(milliseconds: 1_000)
        let lost = order(leader, toMoveTo: target.replicaID.rawValue)
        #expect(cluster.wait(lost) == .unreachable)
        #expect(cluster.breaches == [])
    }

    /// A promise to the target is on a third disk before the leader is asked for its own: the leader must not stand
    /// against whom it told to take over.
    @Test("leadership is given away while disks are slow")
    func movingTheLeaderOnSlowDisks() throws {
        for seed in 1...24 as ClosedRange<UInt64> {
            let cluster = World.formed(seed: seed) {
                $0.electionTimeoutMilliseconds = 250
                $0.heartbeatMilliseconds = 50
                $0.diskMicroseconds = 5_000...60_000
                $0.setClients(10, meanPauseMicroseconds: 20_000)
            }
            cluster.timeline.run(milliseconds: 300)
            let leader = try #require(cluster.leader)
            let target = try #require(cluster.machines.last { $0 !== leader })
            cluster.network.slow(target, leader, by: 20_000)
            let begin = cluster.timeline.nowMicroseconds
            let moved = order(leader, toMoveTo: target.replicaID.rawValue)
            #expect(cluster.wait(moved) == .done, "seed \(seed)")
            #expect(cluster.timeline.nowMicroseconds - begin < 800_000)
            #expect(cluster.breaches == [])
        }
    }

    @Test("a follower is asked for a change, and refuses")
    func notTheLeader() throws {
        let cluster = World.formed(seed: 5)
        let follower = try #require(cluster.follower)
        let answer = Answer<ChangeOutcome>()
        follower.replica?.change(to: Membership(seats: [seat(follower)])) { answer.take($0) }
        #expect(cluster.wait(answer) == .refused(.notLeader))
    }
}
