import Paxos

/// A bundle through three cores: propose, Accept, Accepted, decided, Decide. All disks and all
/// messages take no time; an operation is a command.
enum CoreBenchmarks {
    static func all() -> [Benchmark] {
        [64, 1].map { count in
            let bundle = Samples.bundle((0..<count).map(Samples.put), first: 1)
            let cluster = CoreCluster()
            return Benchmark("core: three of them, \(count) in a slot", operationsPerCall: count) {
                cluster.decide(bundle)
            }
        }
    }
}

/// Three cores of one group, the first of which leads.
private final class CoreCluster {
    private var nodes: [CoreNode]

    init() {
        let replicas = (1...3).map { ReplicaID($0) }
        let membership = Membership(
            seats: replicas.map {
                Seat(
                    replica: $0, incarnation: Incarnation(10 + $0.rawValue), isVoter: true,
                    name: "n\($0.rawValue)", peerURLs: [])
            })
        nodes = replicas.map { CoreNode($0, membership) }
        for node in nodes.indices {
            for peer in replicas where peer != replicas[node] {
                nodes[node].step(.connected(peer))
            }
        }
        elect()
    }

    /// Only the first core hears the clock until it leads, so that it is the first to stand.
    private func elect() {
        var now: UInt64 = 0
        while !nodes[0].leads {
            now += 10
            nodes[0].step(.tick(nowMilliseconds: now))
            settle()
            precondition(now < 60_000, "the first core is elected within a minute")
        }
    }

    func decide(_ bundle: [UInt8]) {
        let before = nodes[2].decidedCount
        nodes[0].step(.propose(bundle: bundle))
        settle()
        precondition(nodes[2].decidedCount == before + 1, "one bundle, one slot")
    }

    /// Ends turns until nobody has anything to say.
    private func settle() {
        var isQuiet = false
        while !isQuiet {
            isQuiet = true
            for node in nodes.indices where nodes[node].endTurn() {
                isQuiet = false
                deliver(from: node)
            }
        }
    }

    private func deliver(from node: Int) {
        let sender = nodes[node].sender
        for outbound in nodes[node].takeMessages() {
            let receiver = Int(outbound.receiver.rawValue) - 1
            nodes[receiver].step(.received(outbound.message, from: sender))
        }
    }
}

/// One core, whose disk is durable at once.
private struct CoreNode {
    let sender: Input.Sender
    private(set) var leads = false
    private(set) var decidedCount = 0
    private var core: PaxosCore
    private var effects = Effects()
    private var hasInput = true
    private var messages: [Effects.Outbound] = []

    init(_ replica: ReplicaID, _ membership: Membership) {
        let incarnation = Incarnation(10 + replica.rawValue)
        sender = Input.Sender(replica: replica, incarnation: incarnation)
        core = PaxosCore(
            configuration: Configuration(
                replica: replica, incarnation: incarnation, boot: BootNumber(1),
                seed: replica.rawValue),
            state: DurableState(membership: membership), nowMilliseconds: 0)
    }

    mutating func step(_ input: Input) {
        core.step(input, into: &effects)
        hasInput = true
    }

    mutating func takeMessages() -> [Effects.Outbound] {
        defer { messages.removeAll(keepingCapacity: true) }
        return messages
    }

    /// Performs what the inputs of this turn cause; false if there were none.
    mutating func endTurn() -> Bool {
        guard hasInput else { return false }
        hasInput = false
        core.step(.logIdle, into: &effects)
        core.step(.endOfTurn, into: &effects)
        messages.append(contentsOf: effects.messages)
        for box in effects.boxes { messages.append(contentsOf: box.messages) }
        let lastBox = effects.boxes.last?.number
        apply()
        if let lastBox { step(.durable(boxNumber: lastBox)) }
        return true
    }

    private mutating func apply() {
        for case .leaderChanged(let ballot?) in effects.notices {
            leads = ballot.replica == sender.replica
        }
        let lastDecided = effects.decided.last?.slot
        decidedCount += effects.decided.count
        effects.removeAll()
        if let lastDecided { core.step(.applied(upTo: lastDecided), into: &effects) }
    }
}
