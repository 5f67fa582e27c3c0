import Paxos
import PaxosCodec
import Replication

/// A connection between two processes, as the peers' hub keeps it: both say hello, then frames count.
/// The node with the lower id dials.
final class Connection {
    private final class End {
        let node: ClusterNode
        let life: Int
        /// What the other side said last; nil before the first word.
        var heard: Hello?
        var hasSpoken = false
        var lastHelloAt: UInt64 = 0

        init(_ node: ClusterNode) {
            self.node = node
            life = node.life
        }

        var isAlive: Bool { node.life == life && node.replica != nil }
    }

    private unowned let cluster: Cluster
    private let dialer: End
    private let taker: End
    private(set) var isOpen = true

    init(_ cluster: Cluster, dialer: ClusterNode, taker: ClusterNode) {
        self.cluster = cluster
        self.dialer = End(dialer)
        self.taker = End(taker)
        sayHello(from: self.dialer, to: self.taker)
    }

    /// What `node` was told on this connection.
    func heard(by node: ClusterNode) -> Hello? { isOpen ? end(of: node).heard : nil }

    func sayHelloAgain(from node: ClusterNode) {
        guard isOpen, end(of: node).heard != nil else { return }
        sayHello(from: end(of: node), to: other(than: node))
    }

    /// Closes the connection; each side that knew of it hears so a moment later.
    func close() {
        guard isOpen else { return }
        isOpen = false
        for (end, peer) in [(dialer, taker), (taker, dialer)] where end.heard != nil {
            cluster.timeline.after(cluster.random(in: 50...2000)) {
                guard end.isAlive else { return }
                end.node.lostConnection(to: peer.node.replicaID)
            }
        }
        cluster.connectLater(dialer.node, taker.node)
    }

    private func end(of node: ClusterNode) -> End { node === dialer.node ? dialer : taker }

    private func other(than node: ClusterNode) -> End { node === dialer.node ? taker : dialer }

    /// Hellos keep their order.
    private func sayHello(from sender: End, to receiver: End) {
        guard let replica = sender.node.replica else { return }
        sender.hasSpoken = true
        let bytes = replica.hello(to: receiver.node.replicaID).encode()
        let now = cluster.timeline.nowMicroseconds
        sender.lastHelloAt = max(sender.lastHelloAt, now + cluster.random(in: 50...1500))
        cluster.timeline.after(sender.lastHelloAt - now) { [self] in
            guard isOpen, receiver.isAlive else { return }
            receive(bytes, at: receiver, from: sender)
        }
    }

    private func receive(_ bytes: [UInt8], at receiver: End, from sender: End) {
        if !receiver.hasSpoken { sayHello(from: receiver, to: sender) }
        guard let hello = bytes.withUnsafeBytes({ try? Hello.decode($0) }) else {
            return cluster.note("a hello cannot be read")
        }
        guard let replica = receiver.node.replica else { return }
        if let reason = replica.receive(hello) {
            cluster.refusals.append(reason)
            return close()
        }
        let isNew = receiver.heard == nil
        receiver.heard = hello
        if isNew { replica.connected(sender.node.replicaID) }
        receiver.node.requestTurn()
    }
}
