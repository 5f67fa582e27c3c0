import Paxos

/// What is hardest on a change of the membership.
extension RandomHistory {
    /// Some of the old voters accept a change and hear nothing more of it, while those that it brings go on
    /// without them. The old ones elect a leader of their own, who finds the change, and meets the others.
    func strandFormerVoters() {
        world.heal()
        guard let leader = world.leader, let known = world.nodes[leader].core?.membership else {
            return world.run(100)
        }
        let everybody = world.nodes.indices.map { index in
            known.seat(of: world.nodes[index].seat.replica) ?? World.seat(index, isVoter: false)
        }
        ask(leader, for: Membership(seats: everybody))
        world.run(100)
        guard let leader = world.leader else { return }
        let voters = known.voters.map { Int($0.replica.rawValue) - 1 }
        let stranded = voters.filter { $0 != leader && world.below(3) > 0 }
        ask(leader, for: successors(of: voters, stranded))
        // One at a time: a second one is refused.
        if world.below(2) == 0 { ask(leader, for: successors(of: voters, stranded)) }
        world.run(1 + world.below(2 * world.options.delayMax + world.options.diskMax))
        for index in stranded {
            for other in world.nodes.indices where !stranded.contains(other) {
                world.block(index, other)
            }
        }
        if world.below(2) == 0 { silenceHeir(besides: stranded, since: known) }
        workApart(stranded)
        world.heal()
        for index in world.nodes.indices { world.propose(at: index) }
        world.run(world.below(100))
    }

    /// New voters, with at least one that is stranded.
    private func successors(of voters: [Int], _ stranded: [Int]) -> Membership {
        let others = world.nodes.indices.filter { !voters.contains($0) }
        var chosen = others.filter { _ in world.below(4) > 0 }
        chosen += stranded.prefix(1)
        chosen += voters.filter { !stranded.contains($0) && world.below(2) == 0 }
        return Membership(seats: chosen.map { World.seat($0, isVoter: true) })
    }

    /// The first leader under the new membership decides something, and dies before anybody hears of it.
    private func silenceHeir(besides stranded: [Int], since known: Membership) {
        func heir(_ world: World) -> Int? {
            world.nodes.indices.first { index in
                guard !stranded.contains(index), let core = world.nodes[index].core else {
                    return false
                }
                return core.status.role == .leader && core.membership != known
                    && core.membership.voters.count > 1
            }
        }
        guard world.run(atMost: 150, until: { heir($0) != nil }), let heir = heir(world) else {
            return
        }
        world.run(1 + world.below(world.options.delayMax))
        for other in world.nodes.indices where other != heir { world.blocked[heir][other] = true }
        world.run(1 + world.below(world.options.delayMax + world.options.diskMax + 4))
        world.crash(heir)
    }

    /// Both sides work; the old ones need some elections, so that their ballots are higher.
    private func workApart(_ stranded: [Int]) {
        for _ in 0..<(2 + world.below(3)) {
            for index in world.nodes.indices where world.below(2) == 0 { world.propose(at: index) }
            world.run(40 + world.below(120))
            for index in stranded where world.below(3) == 0 {
                world.crash(index)
                world.restart(index)
            }
        }
        _ = world.run(atMost: 200) { world in
            stranded.contains { world.nodes[$0].core?.status.role == .leader }
        }
        world.run(world.below(10))
    }

    private func ask(_ leader: Int, for membership: Membership) {
        guard !membership.voters.isEmpty else { return }
        world.nextChange += 1
        world.step(leader, .change(to: membership, number: world.nextChange))
    }
}
