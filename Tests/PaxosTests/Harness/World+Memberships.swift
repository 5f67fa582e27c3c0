import Paxos

/// Memberships that change in the harness, and what must hold of them.
extension World {
    /// What governs the slot after this one, by what was announced.
    func governing(after slot: Slot) -> (slot: Slot, membership: Membership) {
        memberships.last { $0.slot <= slot } ?? memberships[0]
    }

    /// Those who count in the end.
    var members: [Int] {
        governing(after: ledger.last).membership.seats.map { Int($0.replica.rawValue) - 1 }
    }

    func noteMembership(_ membership: Membership, in slot: Slot) {
        memberships.append((slot, membership))
        memberships.sort { $0.slot < $1.slot }
    }

    /// Each that believes to lead is asked for some other membership than the one it knows.
    func changeMembership() {
        for index in nodes.indices {
            guard let core = nodes[index].core, core.status.role == .leader else { continue }
            nextChange += 1
            step(index, .change(to: another(than: core.membership), number: nextChange))
        }
    }

    /// Some nodes leave, others come; who comes as a voter was a learner, mostly.
    private func another(than known: Membership) -> Membership {
        var seats = known.seats
        let replacesMany = below(3) == 0
        for _ in 0..<(replacesMany ? 1 + below(4) : 1) {
            let node = Int(below(UInt64(nodes.count)))
            let replica = nodes[node].seat.replica
            let place = seats.firstIndex { $0.replica == replica }
            switch (place, below(4)) {
            case (let place?, 0): seats.remove(at: place)
            case (let place?, 1): seats[place] = World.seat(node, isVoter: false)
            case (let place?, _): seats[place] = World.seat(node, isVoter: true)
            case (nil, let chance): seats.append(World.seat(node, isVoter: chance == 0))
            }
        }
        if below(3) == 0 {
            seats = seats.map { World.seat(Int($0.replica.rawValue) - 1, isVoter: true) }
        }
        return Membership(seats: seats)
    }

    // MARK: What must hold

    /// What governs at a replica is the newest membership in its decided prefix (P23).
    func checkMembership(_ index: Int) {
        guard options.checksInvariants, let core = nodes[index].core else { return }
        let known = governing(after: nodes[index].deliveredUpTo)
        if core.configurationSlot != known.slot || core.membership != known.membership {
            violations.append("n\(index + 1) GovernedByTheLog: \(core.configurationSlot)")
        }
    }

    /// The promise of a replica before it hears a candidate that left, as it knows.
    func removedCandidate(_ stimulus: Input, at index: Int) -> Ballot? {
        guard case .received(.prepare(let prepare), from: let sender) = stimulus,
            let core = nodes[index].core, prepare.fromSlot <= core.configurationSlot,
            core.membership.seat(of: sender.replica)?.incarnation != sender.incarnation
        else { return nil }
        return core.promised
    }

    func checkPromise(_ index: Int, _ before: Ballot) {
        guard let core = nodes[index].core, core.promised != before else { return }
        violations.append("n\(index + 1) RemovedAreNotPromised: \(core.promised)")
    }
}
