internal import Paxos
internal import Replication

/// Operators who have members come that never start, move and go again, by orders at any node, and what they
/// were told: held against the memberships that were decided.
final class Operators {
    private struct Given {
        let order: MembershipOrder
        /// Nil while it is open, and for ever if the process that was asked has ended.
        var result: OrderResult?
    }

    private unowned let world: World
    private var given: [Given] = []
    private var drawn: [UInt64] = []

    init(_ world: World) { self.world = world }

    /// Gives one order to a node that lives.
    func giveOne(_ dice: inout Dice) {
        let processes = world.machines.compactMap(\.process)
        guard !processes.isEmpty else { return }
        let process = dice.one(of: processes)
        guard let replica = process.replica else { return }
        let order = anyOrder(replica, &dice)
        let place = given.count
        given.append(Given(order: order))
        replica.order(order) { [weak self] in self?.given[place].result = $0 }
        process.requestTurn()
    }

    private func anyOrder(_ replica: Replica, _ dice: inout Dice) -> MembershipOrder {
        guard !drawn.isEmpty, dice.happens(perMille: 600) else {
            let isLearner = dice.happens(perMille: 300)
            return .add(draw(replica), peerURLs: [url()], isLearner: isLearner)
        }
        let member = dice.one(of: drawn)
        switch dice.index(below: 4) {
        case 0: return .replace(member, by: draw(replica), peerURLs: [url()])
        case 1: return .update(member, peerURLs: ["http://moved\(given.count):1"])
        default: return .remove(member)
        }
    }

    private func draw(_ replica: Replica) -> UInt64 {
        drawn.append(replica.drawMemberID())
        return drawn[drawn.count - 1]
    }

    private func url() -> String { "http://new\(drawn.count):1" }

    // MARK: Judgement

    /// What somebody was told that is not true.
    func complaints() -> [String] {
        let memberships = world.checks.memberships.map(\.membership)
        let lies = given.filter { !isTrue($0, memberships) }.map { "told of an order: \($0)" }
        let comebacks = drawn.filter { arrivals(of: ReplicaID($0), in: memberships) > 1 }
        return lies + comebacks.map { "member \($0) came twice (P1)" }
    }

    private func isTrue(_ given: Given, _ memberships: [Membership]) -> Bool {
        func everHas(_ id: UInt64) -> Bool {
            memberships.contains { $0.seat(of: ReplicaID(id)) != nil }
        }
        func hasInTheEnd(_ id: UInt64) -> Bool {
            memberships.last?.seat(of: ReplicaID(id)) != nil
        }
        return switch (given.order, given.result) {
        case (_, nil), (_, .timedOut): true
        case (.add(let id, _, _), .done): everHas(id)
        case (.replace(let old, let new, _), .done): everHas(new) && !hasInTheEnd(old)
        case (.remove(let id), .done): !hasInTheEnd(id)
        case (.update(let id, let urls), .done):
            memberships.contains { $0.seat(of: ReplicaID(id))?.peerURLs == urls }
        case (.add(let id, _, _), _), (.replace(_, let id, _), _): !everHas(id)
        default: true
        }
    }

    private func arrivals(of id: ReplicaID, in memberships: [Membership]) -> Int {
        let presence = memberships.map { $0.seat(of: id) != nil }
        return zip([false] + presence, presence).filter { !$0 && $1 }.count
    }
}
