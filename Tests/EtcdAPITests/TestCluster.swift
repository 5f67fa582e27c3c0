import EventLoops
import Paxos
import PaxosCodec
import Replication
import Testing

/// Three replicas on one loop that reach each other without sockets, each with its own doors.
final class TestCluster {
    let loop = EventLoop()
    let harnesses: [DoorHarness]
    private var links: [Link] = []

    init(requestTimeoutMilliseconds: UInt64) throws {
        let loop = loop
        harnesses = try (0..<3).map { index in
            let node = try TestNode(
                loop: loop, index: UInt64(index), memberCount: 3,
                requestTimeoutMilliseconds: requestTimeoutMilliseconds)
            return try DoorHarness(loop: loop, node: node)
        }
        let replicas = harnesses.map(\.replica)
        links = replicas.indices.map { Link(loop: loop, replicas: replicas, own: $0) }
        var startedCount = 0
        for (replica, link) in zip(replicas, links) {
            replica.link = link
            replica.onStarted = { startedCount += 1 }
            replica.start()
        }
        #expect(harnesses[0].run { startedCount == 3 })
        for link in links { link.introduce() }
        #expect(harnesses[0].run { replicas.allSatisfy { $0.status.leader != 0 } }, "no leader")
    }

    /// The doors of the leader, and those of a follower.
    func leaderAndFollower() throws -> (leader: DoorHarness, follower: DoorHarness) {
        let leader = try #require(harnesses.first { $0.replica.status.isLeader })
        let follower = try #require(harnesses.first { !$0.replica.status.isLeader })
        return (leader, follower)
    }

    /// Keeps back all messages to a node until `release`.
    func hold(_ harness: DoorHarness) {
        let held = harness.replica.configuration.replica
        hold { _, peer in peer == held }
    }

    /// Keeps back messages until `release`.
    func hold(_ isHeldBack: @escaping (Message, ReplicaID) -> Bool) {
        for link in links { link.isHeldBack = isHeldBack }
    }

    /// Whether some message is kept back.
    var holdsSome: Bool { links.contains { $0.holdsSome } }

    func release() {
        for link in links { link.release() }
    }

    /// One node's way to the others.
    private final class Link: PeerLink {
        var isHeldBack: (Message, ReplicaID) -> Bool = { _, _ in false }
        var holdsSome: Bool { !held.isEmpty }
        private let loop: EventLoop
        private let replicas: [Replica]
        private let own: Replica
        private var held: [() -> Void] = []

        init(loop: EventLoop, replicas: [Replica], own: Int) {
            self.loop = loop
            self.replicas = replicas
            self.own = replicas[own]
        }

        private var others: [Replica] { replicas.filter { $0 !== own } }

        func introduce() {
            for other in others {
                #expect(other.receive(own.hello(to: other.configuration.replica)) == nil)
                other.connected(own.configuration.replica)
            }
        }

        func send(_ messages: [Message], to peer: ReplicaID) {
            guard let target = others.first(where: { $0.configuration.replica == peer }) else {
                return
            }
            let sender = Input.Sender(
                replica: own.configuration.replica, incarnation: Incarnation(1))
            let kept = messages.filter { isHeldBack($0, peer) }
            if !kept.isEmpty { held.append { target.receive(kept, from: sender) } }
            let others = messages.filter { !isHeldBack($0, peer) }
            guard !others.isEmpty else { return }
            loop.schedule(afterMilliseconds: 0) { target.receive(others, from: sender) }
        }

        func send(_ note: PeerNote, to peer: ReplicaID) {
            guard let target = others.first(where: { $0.configuration.replica == peer }) else {
                return
            }
            let sender = own.configuration.replica
            loop.schedule(afterMilliseconds: 0) { target.receive(note, from: sender) }
        }

        func release() {
            isHeldBack = { _, _ in false }
            for delivery in held { loop.schedule(afterMilliseconds: 0, delivery) }
            held = []
        }

        func sayHelloAgain() {
            loop.schedule(afterMilliseconds: 0) { [own, others] in
                for other in others {
                    #expect(other.receive(own.hello(to: other.configuration.replica)) == nil)
                }
            }
        }
    }
}
