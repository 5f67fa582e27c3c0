import Basics
import Paxos
import Replication
import Simulation
import Testing

/// Random orders at random nodes, while leaders die and are cut off: what those who gave them were told, held
/// against the memberships that were decided.
@Suite("Histories of orders")
struct OrderHistoryTests {
    @Test("nobody is told a lie about a change", arguments: 1...10 as ClosedRange<UInt64>)
    func told(seed: UInt64) {
        let history = History(seed: seed)
        for _ in 0..<40 { history.act() }
        history.settle()
        #expect(history.complaints() == [])
        #expect(history.doneCount > 0)
        #expect(history.cluster.breaches == [])
    }
}

private final class History {
    private struct Given {
        let order: MembershipOrder
        var result: OrderResult?
    }

    let cluster: World
    private var random: SeededRandom
    private var given: [Given] = []
    private var added: [UInt64] = []

    init(seed: UInt64) {
        cluster = World.formed(seed: seed)
        random = SeededRandom(seed: seed)
    }

    var doneCount: Int {
        given.count { given in if case .done = given.result { true } else { false } }
    }

    func act() {
        cluster.timeline.run(milliseconds: UInt64.random(in: 1...150, using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0: restartLeader()
        case 1: isolateLeader()
        default: give(anyOrder())
        }
    }

    private func anyOrder() -> MembershipOrder {
        let id = added.randomElement(using: &random)
        if let id, Bool.random(using: &random) {
            return Bool.random(using: &random)
                ? .remove(id) : .replace(id, by: newID(), peerURLs: [url()])
        }
        return .add(newID(), peerURLs: [url()], isLearner: Bool.random(using: &random))
    }

    private func newID() -> UInt64 {
        added.append(1_000 + UInt64(added.count))
        return added[added.count - 1]
    }

    private func url() -> String { "http://n\(added.count):1" }

    private func give(_ order: MembershipOrder) {
        guard let machine = cluster.living.randomElement(using: &random) else { return }
        let place = given.count
        given.append(Given(order: order))
        // A process that ends answers nobody.
        machine.replica?.order(order) { [unowned self] in given[place].result = $0 }
        machine.process?.requestTurn()
    }

    private func restartLeader() {
        guard let leader = cluster.leader else { return }
        leader.losePower()
        cluster.timeline.run(milliseconds: UInt64.random(in: 20...600, using: &random))
        leader.start()
    }

    private func isolateLeader() {
        guard let leader = cluster.leader else { return }
        cluster.isolate(leader)
        cluster.timeline.run(milliseconds: UInt64.random(in: 20...600, using: &random))
        cluster.mendAll()
    }

    /// All waits are over, and all that was proposed is decided or lost.
    func settle() {
        cluster.timeline.run(milliseconds: 12_000)
        #expect(cluster.becomesReadable(milliseconds: 3_000))
        #expect(cluster.becomesLevel())
    }

    func complaints() -> [String] {
        let memberships = cluster.checks.memberships.map(\.membership)
        var complaints: [String] = []
        func everHas(_ id: UInt64) -> Bool {
            memberships.contains { $0.seat(of: ReplicaID(id)) != nil }
        }
        func hasInTheEnd(_ id: UInt64) -> Bool {
            memberships.last?.seat(of: ReplicaID(id)) != nil
        }
        for given in given {
            let isRight: Bool =
                switch (given.order, given.result) {
                case (_, nil), (_, .timedOut): true
                case (.add(let id, _, _), .done): everHas(id)
                case (.replace(let old, let new, _), .done): everHas(new) && !hasInTheEnd(old)
                case (.remove(let id), .done): !hasInTheEnd(id)
                case (.add(let id, _, _), _), (.replace(_, let id, _), _): !everHas(id)
                default: true
                }
            if !isRight { complaints.append("\(given)") }
        }
        for id in added where comebacks(of: ReplicaID(id), in: memberships) > 0 {
            complaints.append("\(id) came twice")
        }
        return complaints
    }

    /// Ids are never used again (P1).
    private func comebacks(of id: ReplicaID, in memberships: [Membership]) -> Int {
        let presence = memberships.map { $0.seat(of: id) != nil }
        let arrivals = zip([false] + presence, presence).filter { !$0 && $1 }.count
        return max(0, arrivals - 1)
    }
}
