import Paxos
import Replication
import Simulation
import Testing
import WriteAheadLog

/// Orders to change the members, given to any node.
@Suite("Orders for the members")
struct OrderTests {
    private func give(
        _ order: MembershipOrder, at machine: SimMachine, in cluster: World,
        milliseconds: UInt64 = 8_000
    ) -> OrderResult? {
        let answer = Answer<OrderResult>()
        machine.replica?.order(order) { answer.take($0) }
        machine.process?.requestTurn()
        let result = cluster.wait(answer, milliseconds: milliseconds)
        #expect(answer.count <= 1)
        return result
    }

    private func members(_ result: OrderResult?) -> Membership? {
        guard case .done(let membership) = result else { return nil }
        return membership
    }

    private func add(_ id: UInt64, isLearner: Bool = false) -> MembershipOrder {
        .add(id, peerURLs: ["http://n\(id):1"], isLearner: isLearner)
    }

    @Test("a follower takes an order, the leader carries it out, and both have applied it then")
    func forwarding() throws {
        let cluster = World.formed(seed: 21)
        let follower = try #require(cluster.follower)
        let result = try #require(members(give(add(900), at: follower, in: cluster)))
        #expect(result.seats.count == 4)
        #expect(follower.replica?.membership == result)
        #expect(follower.replica?.members.last?.isLearner == false)
        // The same URLs under another id, and the same order once more.
        let other = MembershipOrder.add(901, peerURLs: ["http://n900:1"], isLearner: false)
        #expect(give(other, at: follower, in: cluster) == .refused(.urlsTaken))
        #expect(give(add(900), at: follower, in: cluster) == .done(result))
        #expect(
            give(.remove(77), at: follower, in: cluster) == .refused(.memberNotFound))
        #expect(cluster.breaches == [])
    }

    @Test("a refusal that was meant for the process before ends no order of this one")
    func refusalOfTheProcessBefore() throws {
        let cluster = World.formed(seed: 29)
        let (leader, follower) = (try #require(cluster.leader), try #require(cluster.follower))
        let answer = Answer<OrderResult>()
        follower.replica?.order(add(910)) { answer.take($0) }
        // Its first order is on its way; so was that of the process before it.
        follower.replica?.receive(
            .answer(number: 1, .refused(.memberNotFound)), from: leader.replicaID)
        follower.process?.requestTurn()
        let result = cluster.wait(answer, milliseconds: 8_000)
        #expect(members(result)?.seat(of: ReplicaID(910)) != nil)
    }

    @Test("the leader removes itself by a follower's order, and the follower hears of it")
    func removingTheLeader() throws {
        let cluster = World.formed(seed: 22)
        let leader = try #require(cluster.leader)
        let follower = try #require(cluster.follower)
        let result = give(.remove(leader.replicaID.rawValue), at: follower, in: cluster)
        #expect(members(result)?.seat(of: leader.replicaID) == nil)
        #expect(members(result)?.seats.count == 2)
        cluster.mustPut("on", [1], at: follower)
        #expect(cluster.timeline.run(milliseconds: 2_000) { leader.isRetired })
        #expect(cluster.breaches == [])
    }

    @Test("nobody is added while a voter is down; it may be removed, and so may a third")
    func unhealthy() throws {
        let cluster = World.formed(seed: 23)
        let down = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        down.losePower()
        cluster.timeline.run(milliseconds: 300)
        #expect(give(add(900), at: leader, in: cluster) == .refused(.unhealthy))
        // One more would leave two members of which one is down.
        let other = try #require(cluster.living.first { $0 !== leader })
        #expect(
            give(.remove(other.replicaID.rawValue), at: leader, in: cluster) == .refused(.unhealthy)
        )
        #expect(
            members(give(.remove(down.replicaID.rawValue), at: other, in: cluster))?.seats.count
                == 2)
        #expect(members(give(add(900), at: other, in: cluster))?.seats.count == 3)
        #expect(cluster.breaches == [])
    }

    @Test("a learner that nobody hears is not promoted")
    func unheardLearner() throws {
        let cluster = World.formed(seed: 24)
        let machine = cluster.machines[2]
        let other = cluster.machines[0]
        #expect(members(give(.remove(machine.replicaID.rawValue), at: other, in: cluster)) != nil)
        machine.losePower()
        machine.wipe()
        machine.joins = true
        let seat = MembershipOrder.add(
            machine.replicaID.rawValue, peerURLs: ["http://new:1"], isLearner: true)
        #expect(members(give(seat, at: other, in: cluster)) != nil)
        let promote = MembershipOrder.promote(machine.replicaID.rawValue)
        #expect(give(promote, at: other, in: cluster) == .refused(.learnerBehind))
        machine.start()
        #expect(cluster.timeline.run(milliseconds: 5_000) { machine.replica?.isLearner == true })
        #expect(cluster.becomesLevel())
        var result: OrderResult?
        for _ in 0..<10 where members(result) == nil {
            result = give(promote, at: other, in: cluster)
            cluster.timeline.run(milliseconds: 100)
        }
        #expect(members(result)?.isVoter(machine.replicaID, machine.identity.incarnation) == true)
        #expect(cluster.timeline.run(milliseconds: 1_000) { machine.replica?.isLearner == false })
        #expect(cluster.breaches == [])
    }

    @Test("a replacement is one change: nobody ever sees both, or none")
    func replacing() throws {
        let cluster = World.formed(seed: 25)
        let old = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        old.losePower()
        let order = MembershipOrder.replace(
            old.replicaID.rawValue, by: 900, peerURLs: ["http://n900:1"])
        let result = try #require(members(give(order, at: leader, in: cluster)))
        #expect(result.seats.count == 3)
        #expect(result.seat(of: old.replicaID) == nil)
        #expect(result.seat(of: ReplicaID(900))?.kind == .voterToBe)
        #expect(cluster.breaches == [])
    }

    @Test("an order outlives the leader that had it, and is carried out once", arguments: 31...38)
    func leaderDies(seed: UInt64) throws {
        let cluster = World.formed(seed: seed)
        let leader = try #require(cluster.leader)
        let follower = try #require(cluster.follower)
        let answer = Answer<OrderResult>()
        follower.replica?.order(.remove(leader.replicaID.rawValue)) { answer.take($0) }
        follower.process?.requestTurn()
        // Anywhere between the order's arrival and its answer.
        cluster.timeline.run(milliseconds: 2 + 2 * (seed - 31))
        leader.losePower()
        let result = cluster.wait(answer, milliseconds: 10_000)
        #expect(members(result)?.seats.count == 2)
        #expect(answer.count == 1)
        cluster.mustPut("on", [1], at: follower)
        #expect(cluster.breaches == [])
    }

    @Test("without a leader the order is not taken; cut off on its way, it is open")
    func deadlines() throws {
        let cluster = World.formed(seed: 26)
        let follower = try #require(cluster.follower)
        let leader = try #require(cluster.leader)
        // Without a word the follower believes in its leader for a while, and gives it the order.
        cluster.isolate(follower)
        #expect(give(add(900), at: follower, in: cluster, milliseconds: 20_000) == .timedOut)
        #expect(
            give(add(901), at: follower, in: cluster, milliseconds: 20_000) == .notTaken(.noLeader))
        #expect(leader.replica?.membership?.seats.count == 3)
        cluster.mendAll()
        // Refused as long as the follower is not heard again.
        #expect(
            cluster.timeline.run(milliseconds: 5_000) {
                follower.replica?.status.leader == leader.replicaID.rawValue
            })
        #expect(members(give(add(902), at: follower, in: cluster))?.seats.count == 4)
        #expect(cluster.breaches == [])
    }

    @Test("ids of members to come are never 0 and differ")
    func ids() throws {
        let cluster = World.formed(seed: 27)
        let drawn = cluster.machines.flatMap { machine in
            (0..<50).compactMap { _ in machine.replica?.drawMemberID() }
        }
        #expect(Set(drawn).count == 150)
        #expect(!drawn.contains(0))
    }
}
