import Basics
import LogTesting
import Observability
import Paxos
import PaxosCodec
import Replication
import StateMachine

/// A few members in one process and in virtual time: the real replicas, logs and state machines, over
/// disks that forget and wires that lose, double, delay and reorder. One seed, one history.
final class Cluster {
    struct Options {
        var nodeCount = 3
        /// Of frames.
        var lossPercent: UInt64 = 0
        var duplicatePercent: UInt64 = 0
        var delayMicroseconds: ClosedRange<UInt64> = 50...900
        var diskMicroseconds: ClosedRange<UInt64> = 100...1200
        /// Whether a write that the disk reports as done is durable.
        var disksFlush = true
        var segmentBytes = 64 << 10
        var electionTimeoutMilliseconds: UInt64 = 100
        var requestTimeoutMilliseconds: UInt64 = 1000
        /// A rule that every node breaks on purpose.
        var injectedBug: InjectedBug?

        /// Good and bad networks and disks, some of each kind.
        static func varied(_ seed: UInt64) -> Options {
            var random = SeededRandom(seed: seed)
            func one<Element>(of choices: [Element]) -> Element {
                choices[Int(random.next() % UInt64(choices.count))]
            }
            var options = Options()
            options.lossPercent = one(of: [0, 0, 2, 10])
            options.duplicatePercent = one(of: [0, 0, 10, 40])
            options.delayMicroseconds = one(of: [50...900, 50...900, 50...6_000, 200...30_000])
            options.diskMicroseconds = one(of: [100...1_200, 100...1_200, 500...8_000, 50...40_000])
            options.segmentBytes = one(of: [64 << 10, 64 << 10, 256 << 10])
            return options
        }
    }

    let options: Options
    let timeline = Timeline()
    let logger = Logger(component: "cluster", sink: .silent)
    var random: SeededRandom
    private(set) var nodes: [ClusterNode] = []
    /// What must never happen and did.
    private(set) var violations: [String] = []
    /// Why connections were refused.
    var refusals: [String] = []
    /// While set, a process that ends itself is no violation.
    var expectsHalts = false
    /// Looks at every message that is sent.
    var onMessage: (_ message: Message, _ from: ClusterNode, _ to: ClusterNode) -> Void = {
        _, _, _ in
    }
    /// Called after each turn of a node.
    var onTurn: (ClusterNode) -> Void = { _ in }
    private(set) var crashCount = 0
    private var connections: [Int: Connection] = [:]
    private var blocked: Set<Int> = []
    /// Digests of the state at applied slots, of whoever was there first.
    private var digests: [UInt64: UInt64] = [:]
    private(set) var digestsCompared = 0

    init(seed: UInt64, options: Options = Options()) {
        self.options = options
        random = SeededRandom(seed: seed)
        nodes = (0..<options.nodeCount).map { ClusterNode($0, in: self) }
    }

    /// Starts all members and waits until each of them can read.
    @discardableResult
    func formed() -> Self {
        for node in nodes { node.start() }
        if !becomesReadable(milliseconds: 3000) { note("the cluster was not formed") }
        return self
    }

    var listed: [ListedMember] {
        nodes.map { ListedMember(replica: $0.replicaID, name: $0.name, peerURLs: []) }
    }

    var liveNodes: [ClusterNode] { nodes.filter { $0.replica != nil } }

    var leader: ClusterNode? { nodes.first { $0.replica?.status.isLeader == true } }

    func node(_ replica: ReplicaID) -> ClusterNode? { nodes.first { $0.replicaID == replica } }

    func random(in range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + random.next() % (range.upperBound - range.lowerBound + 1)
    }

    func happens(percent: UInt64) -> Bool { random.next() % 100 < percent }

    func note(_ violation: String) {
        violations.append("at \(timeline.nowMicroseconds) µs: \(violation)")
    }

    /// Whether every live node answers a linearizable read within this time.
    func becomesReadable(milliseconds: UInt64) -> Bool {
        var waiting = Set(liveNodes.map(\.replicaID))
        func ask(_ node: ClusterNode) {
            node.replica?.read { [self] result in
                if result == .ready { waiting.remove(node.replicaID) }
                if result != .ready { timeline.after(10_000) { ask(node) } }
            }
            node.requestTurn()
        }
        for node in liveNodes { ask(node) }
        return timeline.run(milliseconds: milliseconds) { waiting.isEmpty }
    }

    // MARK: News from nodes

    func started(_ node: ClusterNode) {
        for peer in nodes where peer !== node && peer.isStarted { connectLater(node, peer) }
    }

    func crashed(_ node: ClusterNode) {
        crashCount += 1
        for peer in nodes where peer !== node { connection(node, peer)?.close() }
    }

    func halted(_ node: ClusterNode, _ report: String) {
        if !expectsHalts { note("\(node.name) has stopped itself: \(report)") }
    }

    /// Equal slots give equal state.
    func compareDigest(of replica: Replica, isCertain: Bool) {
        let slot = replica.machine.appliedSlot
        // Before slot 1 a member may not have the genesis yet.
        if slot == 0 { return }
        guard let known = digests[slot] else {
            if isCertain || happens(percent: 1) { digests[slot] = replica.machine.digest() }
            return
        }
        guard isCertain || happens(percent: 4) else { return }
        digestsCompared += 1
        if replica.machine.digest() != known {
            note("n\(replica.node.memberID) has another state at slot \(slot)")
        }
    }

    // MARK: Wires

    func connection(_ left: ClusterNode, _ right: ClusterNode) -> Connection? {
        connections[pair(left, right)]
    }

    func connectLater(_ left: ClusterNode, _ right: ClusterNode) {
        timeline.after(random(in: 500...20_000)) { [self] in connect(left, right) }
    }

    private func connect(_ left: ClusterNode, _ right: ClusterNode) {
        guard left.isStarted, right.isStarted, connection(left, right)?.isOpen != true else {
            return
        }
        if blocked.contains(pair(left, right)) { return connectLater(left, right) }
        let isDialer = left.replicaID < right.replicaID
        connections[pair(left, right)] = Connection(
            self, dialer: isDialer ? left : right, taker: isDialer ? right : left)
    }

    func transmit(_ bytes: [UInt8], from sender: ClusterNode, to receiver: ClusterNode) {
        let copies = happens(percent: options.duplicatePercent) ? 2 : 1
        for _ in 0..<copies where !happens(percent: options.lossPercent) {
            receiver.inThisLife(after: random(in: options.delayMicroseconds)) { [self] in
                if blocked.contains(pair(sender, receiver)) { return }
                receiver.receive(frame: bytes, from: sender)
            }
        }
    }

    /// Cuts a link; the connection on it breaks, or is left dead without a word.
    func block(_ left: ClusterNode, _ right: ClusterNode, breaks: Bool = true) {
        blocked.insert(pair(left, right))
        if breaks { connection(left, right)?.close() }
    }

    func unblockAll() { blocked = [] }

    private func pair(_ left: ClusterNode, _ right: ClusterNode) -> Int {
        let ids = [left.replicaID.rawValue, right.replicaID.rawValue].sorted()
        return Int(ids[0]) * 100 + Int(ids[1])
    }

    // MARK: Details

    func makeDisk() -> LyingDisk {
        LyingDisk(seed: random.next(), flushes: options.disksFlush)
    }

    /// A cluster's identity as a hash of its genesis (FNV).
    static func clusterID(_ genesis: Membership) -> ClusterID {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in genesis.encoded { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return ClusterID(hash)
    }
}
