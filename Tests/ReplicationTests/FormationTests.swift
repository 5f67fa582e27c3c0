import Paxos
import PaxosCodec
import Replication
import Testing

/// The first start and every later one (P4, P5, P6), as stories of hellos.
@Suite("Formation")
struct FormationTests {
    @Test("the first start waits for everybody, and the lowest id forms the cluster")
    func firstStart() {
        let first = Newcomer(1)
        let second = Newcomer(2)
        let third = Newcomer(3)
        #expect(first.start().isEmpty)
        #expect(first.hear(second.hello).isEmpty)
        let genesis = Newcomer.genesis([1, 2, 3])
        #expect(
            first.hear(third.hello) == [.adopt(genesis, Newcomer.clusterID(genesis)), .begin])
        #expect(first.formation.isRunning)
        #expect(second.hear(third.hello).isEmpty)
        let formed = first.hello(formed: genesis)
        #expect(
            second.hear(formed, genesis: genesis)
                == [.adopt(genesis, Newcomer.clusterID(genesis)), .begin])
    }

    @Test("a cluster of one forms at once")
    func alone() {
        let only = Newcomer(1, of: [1])
        let genesis = Newcomer.genesis([1])
        #expect(only.start() == [.adopt(genesis, Newcomer.clusterID(genesis)), .begin])
    }

    @Test("two of three never form a cluster, however often they meet")
    func twoOfThree() {
        let first = Newcomer(1)
        let second = Newcomer(2)
        for _ in 0..<10 { #expect(first.hear(second.hello).isEmpty) }
        #expect(!first.formation.isRunning)
        #expect(first.formation.problem != nil)
    }

    @Test(
        "a wiped member that starts with `new` or `existing` follows the cluster that it hears of, without a vote",
        arguments: [true, false])
    func wipedMember(mayForm: Bool) {
        let genesis = Newcomer.genesis([1, 2, 3])
        let wiped = Newcomer(1, incarnation: 99, mayForm: mayForm)
        let orders = wiped.hear(Newcomer(2).hello(formed: genesis), genesis: genesis)
        #expect(orders.prefix(2) == [.adopt(genesis, Newcomer.clusterID(genesis)), .begin])
        guard case .inform(let news) = orders.last else {
            Issue.record("expected news for the operator")
            return
        }
        #expect(news.contains("admitted anew"))
        #expect(wiped.hear(Newcomer(3).hello(formed: genesis), genesis: genesis).isEmpty)
        #expect(wiped.formation.problem == nil)
    }

    @Test("an empty directory that had another life never forms a cluster, and joins no other one")
    func anotherLife() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let reborn = Newcomer(1, incarnation: 99, formerly: Newcomer.clusterID(genesis))
        #expect(reborn.hear(Newcomer(2).hello).isEmpty)
        #expect(reborn.hear(Newcomer(3).hello).isEmpty)
        #expect(!reborn.formation.isRunning)
        var other = Newcomer(2).hello(formed: genesis)
        other.cluster = ClusterID(4711)
        #expect(reborn.isRefused(other, genesis, saying: "cluster ID mismatch"))
        let orders = reborn.hear(Newcomer(2).hello(formed: genesis), genesis: genesis)
        #expect(orders.prefix(2) == [.adopt(genesis, Newcomer.clusterID(genesis)), .begin])
    }

    @Test("a life that lost its seat to another one ends; one that never had it follows on")
    func evicted() {
        let genesis = Newcomer.genesis([1, 2, 3])
        var hello = Newcomer(2).hello(formed: genesis)
        hello.configurationSlot = Slot(7)
        let lost = genesis.seats[0].given(to: Incarnation(99), name: "n1", clientURLs: [])
        hello.membership = genesis.with(lost).encoded
        let evicted = Newcomer(1, membership: genesis)
        guard case .beginNewLife(let why) = evicted.hear(hello, genesis: genesis).first else {
            Issue.record("expected the life to end")
            return
        }
        #expect(why.contains("another life"))
        #expect(!evicted.formation.isRunning)
        let asking = Newcomer(1, incarnation: 98, membership: genesis)
        #expect(!asking.hear(hello, genesis: genesis).contains(.begin))
        hello.replica = ReplicaID(3)
        hello.incarnation = Incarnation(31)
        #expect(asking.hear(hello, genesis: genesis) == [.begin])
    }

    @Test("two of three wiped end in `quorum lost` on every node")
    func twoWiped() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let survivor = Newcomer(3, membership: genesis)
        let wipedFirst = Newcomer(1, incarnation: 91)
        let wipedSecond = Newcomer(2, incarnation: 92)
        #expect(survivor.start().isEmpty)
        #expect(survivor.hear(wipedFirst.hello).count == 1)
        #expect(survivor.formation.problem?.contains("waiting") == true)
        _ = survivor.hear(wipedSecond.hello)
        #expect(survivor.formation.problem?.contains("quorum lost") == true)
        #expect(!survivor.formation.isRunning)
        _ = wipedFirst.hear(wipedSecond.hello)
        _ = wipedFirst.hear(survivor.hello(formed: genesis), genesis: genesis)
        #expect(wipedFirst.formation.problem?.contains("quorum lost") == true)
    }

    @Test("a restarted member begins when a quorum with itself has said hello")
    func restart() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, membership: genesis)
        #expect(member.start().isEmpty)
        #expect(
            member.hear(Newcomer(2).hello(formed: genesis), genesis: genesis) == [.begin])
    }

    @Test("a directory that a peer remembers further ahead never votes")
    func rolledBack() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, membership: genesis, boot: 4, accepted: 10)
        var hello = Newcomer(2).hello(formed: genesis)
        hello.remembered = PeerMemory(
            replica: ReplicaID(1), incarnation: Incarnation(11), start: start(4, 1),
            promised: .zero, accepted: Slot(11))
        guard case .beginNewLife(let sentence) = member.hear(hello, genesis: genesis).first else {
            Issue.record("expected the life to end")
            return
        }
        #expect(sentence.contains("must not vote"))
        #expect(!member.formation.isRunning)
    }

    @Test("a copy that was started often enough to overtake what a peer remembers never votes")
    func overtakenCopy() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(
            1, membership: genesis, boot: 6, accepted: 10, earlier: [start(4, 7), start(5, 8)])
        var hello = Newcomer(2).hello(formed: genesis)
        hello.remembered = PeerMemory(
            replica: ReplicaID(1), incarnation: Incarnation(11), start: start(5, 99),
            promised: .zero, accepted: .zero)
        guard case .beginNewLife(let sentence) = member.hear(hello, genesis: genesis).first else {
            Issue.record("expected the life to end")
            return
        }
        #expect(sentence.contains("must not vote"))
        // The very same history, and one that began before all that is remembered, may go on.
        for known in [start(5, 8), start(3, 99)] {
            let other = Newcomer(
                1, membership: genesis, boot: 6, accepted: 10, earlier: [start(4, 7), start(5, 8)])
            hello.remembered = PeerMemory(
                replica: ReplicaID(1), incarnation: Incarnation(11), start: known, promised: .zero,
                accepted: .zero)
            #expect(other.hear(hello, genesis: genesis) == [.begin])
        }
    }

    @Test("a peer whose history contradicts what is remembered of it is refused")
    func contradictingPeer() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, membership: genesis)
        let copy = Newcomer(2, boot: 6, earlier: [start(4, 7), start(5, 8)])
        let memory = PeerMemory(
            replica: ReplicaID(2), incarnation: Incarnation(21), start: start(5, 99),
            promised: .zero, accepted: .zero)
        let orders = member.formation.receive(
            copy.hello(formed: genesis), genesis: genesis, memory: memory)
        guard case .refuse(let reason) = orders.first else {
            Issue.record("expected the peer to be refused")
            return
        }
        #expect(reason.contains("is a copy"))
        #expect(!member.formation.isRunning)
    }

    @Test("what a peer remembers of another life does not matter")
    func otherLife() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, membership: genesis, boot: 4, accepted: 10)
        var hello = Newcomer(2).hello(formed: genesis)
        hello.remembered = PeerMemory(
            replica: ReplicaID(1), incarnation: Incarnation(77), start: start(400, 1),
            promised: .zero, accepted: Slot(1_000))
        #expect(member.hear(hello, genesis: genesis) == [.begin])
    }

    @Test("the second process on a copied directory is refused, and so is a lower boot number")
    func clones() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, membership: genesis)
        var hello = Newcomer(2).hello(formed: genesis)
        #expect(member.hear(hello, genesis: genesis) == [.begin])
        hello.nonce += 1
        #expect(member.isRefused(hello, genesis, saying: "two processes"))
        hello.nonce -= 1
        hello.boot = BootNumber(0)
        #expect(member.isRefused(hello, genesis, saying: "stale"))
    }

    @Test("of any number of strangers the last ones are kept in mind, and each member")
    func manyStrangers() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, membership: genesis)
        var hello = Newcomer(2).hello(formed: genesis)
        #expect(member.hear(hello, genesis: genesis) == [.begin])
        for stranger in UInt64(1_000)..<1_300 {
            hello.replica = ReplicaID(stranger)
            #expect(member.hear(hello, genesis: genesis).isEmpty)
        }
        hello.nonce += 1
        for known in [2, 1_299] as [UInt64] {
            hello.replica = ReplicaID(known)
            #expect(member.isRefused(hello, genesis, saying: "two processes"))
        }
        hello.replica = ReplicaID(1_000)
        #expect(member.hear(hello, genesis: genesis).isEmpty)
    }

    @Test("strangers are refused: another cluster, another list, no seat in the list")
    func strangers() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, membership: genesis)
        var other = Newcomer(2).hello(formed: genesis)
        other.cluster = ClusterID(4711)
        #expect(member.isRefused(other, genesis, saying: "cluster ID mismatch"))
        #expect(member.isRefused(Newcomer(9).hello, nil, saying: "add it first"))
        let newcomer = Newcomer(1)
        var differing = Newcomer(2).hello
        differing.memberListHash += 1
        #expect(newcomer.isRefused(differing, nil, saying: "differ"))
    }

    @Test("who belongs to the cluster is heard, though no list and no membership known here has it")
    func guests() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, membership: genesis)
        let guest = Newcomer(9, of: [1, 2, 3, 9]).hello(formed: genesis)
        #expect(member.hear(guest, genesis: genesis).isEmpty)
        // One that joins knows the members by what they say alone.
        let joiner = Newcomer(4, of: [4], mayForm: false)
        #expect(joiner.hear(guest, genesis: genesis).last == .begin)
        // One that may form a cluster believes its own list only.
        #expect(Newcomer(1).isRefused(guest, genesis, saying: "add it first"))
    }

    @Test("an empty directory that was told the cluster exists never forms one")
    func existing() {
        let joiner = Newcomer(1, of: [1], mayForm: false)
        guard case .report = joiner.start().first else {
            Issue.record("expected a sentence for the operator")
            return
        }
        #expect(!joiner.formation.isRunning)
    }

    @Test("it follows a cluster that it meets, from its genesis on, without a vote")
    func joining() {
        let genesis = Newcomer.genesis([1, 2])
        let joiner = Newcomer(3, of: [1, 2, 3], mayForm: false)
        #expect(joiner.hear(Newcomer(2).hello).isEmpty)
        #expect(
            joiner.hear(Newcomer(1).hello(formed: genesis), genesis: genesis)
                == [.adopt(genesis, Newcomer.clusterID(genesis)), .begin])
        #expect(joiner.formation.isRunning)
    }

    @Test("who was away hears what governs now, and waits for a quorum of that")
    func awayWhileMembersChanged() {
        let genesis = Newcomer.genesis([1, 2, 3])
        let member = Newcomer(1, of: [1, 2, 3, 4], membership: genesis)
        var hello = Newcomer(4, of: [1, 2, 3, 4]).hello(formed: genesis)
        hello.configurationSlot = Slot(9)
        hello.membership = Newcomer.genesis([1, 4]).encoded
        #expect(member.hear(hello, genesis: genesis) == [.begin])
    }
}

private func start(_ boot: UInt64, _ nonce: UInt64) -> ProcessStart {
    ProcessStart(boot: BootNumber(boot), nonce: nonce)
}

/// A member of the cluster {1, 2, 3} in these stories; its incarnation is ten times its id plus one.
private final class Newcomer {
    let hello: Hello
    var formation: Formation

    init(
        _ id: UInt64, of ids: [UInt64] = [1, 2, 3], incarnation: UInt64? = nil,
        membership: Membership? = nil, boot: UInt64 = 1, accepted: UInt64 = 0, mayForm: Bool = true,
        earlier: [ProcessStart] = [], formerly: ClusterID? = nil
    ) {
        let cluster = membership.map(Self.clusterID)
        hello = Hello(
            cluster: cluster ?? ClusterID(0), replica: ReplicaID(id),
            incarnation: Incarnation(incarnation ?? id * 10 + 1), boot: BootNumber(boot),
            nonce: id, earlierStarts: earlier, isEmpty: membership == nil, memberListHash: 5,
            genesis: membership?.encoded, remembered: nil, clientURLs: [], productVersion: "test")
        formation = Formation(
            listed: ids.map { ListedMember(replica: ReplicaID($0), name: "n\($0)", peerURLs: []) },
            own: hello,
            governing: membership.map { GoverningMembership(slot: .zero, membership: $0) },
            cluster: cluster ?? formerly, promised: .zero,
            accepted: Slot(accepted), mayForm: mayForm, clusterID: Self.clusterID)
    }

    static func genesis(_ ids: [UInt64]) -> Membership {
        Membership(
            seats: ids.map {
                Seat(
                    replica: ReplicaID($0), incarnation: Incarnation($0 * 10 + 1), isVoter: true,
                    name: "n\($0)", peerURLs: [])
            })
    }

    static func clusterID(_ genesis: Membership) -> ClusterID {
        ClusterID(UInt64(genesis.seats.count) + 1_000)
    }

    func hello(formed genesis: Membership) -> Hello {
        var formed = hello
        formed.cluster = Self.clusterID(genesis)
        formed.genesis = genesis.encoded
        formed.isEmpty = false
        return formed
    }

    func start() -> [Formation.Order] { formation.start() }

    func hear(_ hello: Hello, genesis: Membership? = nil) -> [Formation.Order] {
        formation.receive(hello, genesis: genesis)
    }

    func isRefused(_ hello: Hello, _ genesis: Membership?, saying text: String) -> Bool {
        guard case .refuse(let reason) = hear(hello, genesis: genesis).first else { return false }
        return reason.contains(text)
    }
}
