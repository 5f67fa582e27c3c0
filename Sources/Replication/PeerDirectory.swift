internal import Paxos
internal import PaxosCodec

/// What this node knows of its peers: their newest hello, and the highest durable state each was ever
/// heard to have (P6).
struct PeerDirectory {
    private struct Peer {
        var hello: Hello
        var memory: PeerMemory
    }

    private var peers: [Peer] = []
    private var connected: [(peer: ReplicaID, sinceMilliseconds: UInt64)] = []

    /// Whether both hellos are said on a connection to this peer.
    func isConnected(_ peer: ReplicaID) -> Bool { connected.contains { $0.peer == peer } }

    /// All of those.
    var connectedPeers: [ReplicaID] { connected.map(\.peer) }

    /// Whether there has been one connection all the time since then.
    func isConnected(_ peer: ReplicaID, since milliseconds: UInt64) -> Bool {
        connected.contains { $0.peer == peer && $0.sinceMilliseconds <= milliseconds }
    }

    mutating func noteConnected(_ peer: ReplicaID, nowMilliseconds: UInt64) {
        noteDisconnected(peer)
        connected.append((peer, nowMilliseconds))
    }

    mutating func noteDisconnected(_ peer: ReplicaID) {
        connected.removeAll { $0.peer == peer }
    }

    /// Memories from before the restart.
    mutating func restore(_ memories: [PeerMemory]) {
        remembered = memories
    }

    private var remembered: [PeerMemory] = []

    /// The newest hello of a replica.
    func hello(of replica: ReplicaID) -> Hello? {
        peers.first { $0.hello.replica == replica }?.hello
    }

    /// What is remembered of one life of a replica; nil if it was never heard.
    func memory(of replica: ReplicaID, _ incarnation: Incarnation) -> PeerMemory? {
        if let peer = peers.first(where: { $0.memory.replica == replica }),
            peer.memory.incarnation == incarnation
        {
            return peer.memory
        }
        return remembered.first { $0.replica == replica && $0.incarnation == incarnation }
    }

    /// What is remembered of the newest known life of a replica, before the restart of this node or
    /// since; nil if it was never heard.
    func newestMemory(of replica: ReplicaID) -> PeerMemory? {
        peers.first { $0.memory.replica == replica }?.memory
            ?? remembered.last { $0.replica == replica }
    }

    /// All memories, for the log's state batches.
    var memories: [PeerMemory] {
        let current = peers.map(\.memory)
        return current
            + remembered.filter { old in
                !current.contains {
                    $0.replica == old.replica && $0.incarnation == old.incarnation
                }
            }
    }

    /// - Parameter members: whose memories never give way to those of others.
    mutating func note(_ hello: Hello, members: Membership?) {
        let before = memory(of: hello.replica, hello.incarnation)
        let start = ProcessStart(boot: hello.boot, nonce: hello.nonce)
        let memory = PeerMemory(
            replica: hello.replica, incarnation: hello.incarnation,
            start: before.map { $0.start.boot > start.boot ? $0.start : start } ?? start,
            promised: before?.promised ?? .zero,
            accepted: before?.accepted ?? .zero)
        if let position = peers.firstIndex(where: { $0.hello.replica == hello.replica }) {
            keep(peers[position].memory, unlessOf: hello.incarnation)
            peers[position] = Peer(hello: hello, memory: memory)
        } else {
            makeRoom(members)
            peers.append(Peer(hello: hello, memory: memory))
        }
    }

    /// Over the years many members come and go, and anybody may say hello in the name of the cluster: who is no
    /// member and has no connection is forgotten for another one.
    private mutating func makeRoom(_ members: Membership?) {
        guard peers.count >= Limits.peersRemembered else { return }
        let stranger = peers.firstIndex {
            members?.seat(of: $0.hello.replica) == nil && !isConnected($0.hello.replica)
        }
        if let stranger { peers.remove(at: stranger) }
    }

    /// Another life has come in the place of this one, which may come back.
    private mutating func keep(_ memory: PeerMemory, unlessOf incarnation: Incarnation) {
        guard memory.incarnation != incarnation else { return }
        remembered.removeAll {
            $0.replica == memory.replica && $0.incarnation == memory.incarnation
        }
        if remembered.count == Limits.livesRemembered { remembered.removeFirst() }
        remembered.append(memory)
    }

    /// A message that its sender made durable state known with.
    mutating func note(_ message: Message, from sender: Input.Sender) {
        switch message {
        case .promise(let promise): raise(sender, promised: promise.ballot, accepted: .zero)
        case .accepted(let accepted):
            raise(sender, promised: accepted.ballot, accepted: accepted.last)
        case .heartbeatAnswer(let answer):
            // Every peer hears these, while votes go to the leader alone; the promise in them may
            // not be durable.
            raise(sender, promised: .zero, accepted: answer.durableUpTo)
        default: return
        }
    }

    private mutating func raise(_ sender: Input.Sender, promised: Ballot, accepted: Slot) {
        guard let position = peers.firstIndex(where: { $0.memory.replica == sender.replica }),
            peers[position].memory.incarnation == sender.incarnation
        else { return }
        let old = peers[position].memory
        peers[position].memory = PeerMemory(
            replica: old.replica, incarnation: old.incarnation, start: old.start,
            promised: max(old.promised, promised), accepted: max(old.accepted, accepted))
    }
}
