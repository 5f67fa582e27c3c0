internal import Paxos

/// Gives numbers to the states of replicas, to messages and to values, and remembers what each event does
/// at each state: a replica does the same whatever the others do meanwhile, so the core runs once for each.
struct StateTable {
    let bounds: ExplorationBounds
    private var nodes: [NodeState] = []
    private var features: [Features] = []
    private var nodeNumbers = NumberTable()
    private var envelopes: [Envelope] = []
    private var envelopeNumbers = NumberTable()
    private var values: [Value] = []
    private var valueNumbers = NumberTable()
    private var transitions: [Transition] = []
    private var transitionNumbers = NumberTable()

    /// What a replica can do of itself.
    struct Features {
        let isFollower: Bool
        let canStand: Bool
        let leads: Bool
        let canFlush: Bool
        /// Whoever stands or leads gives up when its time-outs end. A follower may stand at any moment
        /// here, and does not forget that it heard a leader.
        let canTimeOut: Bool
    }

    init(_ bounds: ExplorationBounds) { self.bounds = bounds }

    var nodeCount: Int { nodes.count }
    var envelopeCount: Int { envelopes.count }
    var transitionCount: Int { transitions.count }

    // MARK: Numbers, from 1

    func node(_ number: UInt32) -> NodeState { nodes[Int(number) - 1] }
    func features(_ number: UInt32) -> Features { features[Int(number) - 1] }
    func envelope(_ number: UInt32) -> Envelope { envelopes[Int(number) - 1] }
    func value(_ number: UInt32) -> Value { values[Int(number) - 1] }

    mutating func number(of node: NodeState) -> UInt32 {
        let key = Self.key(node.fingerprint)
        if let known = nodeNumbers[key] { return known }
        precondition(nodes.count < Limits.numbersMax, "more states of replicas than numbers")
        nodes.append(node)
        let role = node.core.status.role
        features.append(
            Features(
                isFollower: role == .follower,
                canStand: role == .follower && node.index < bounds.proposers,
                leads: role == .leader, canFlush: !node.boxes.isEmpty,
                canTimeOut: role != .follower))
        nodeNumbers.insert(key, UInt32(nodes.count))
        return UInt32(nodes.count)
    }

    private mutating func number(of envelope: Envelope) -> UInt32 {
        let key = Self.key(envelope.fingerprint)
        if let known = envelopeNumbers[key] { return known }
        precondition(envelopes.count < Limits.numbersMax, "more messages than numbers")
        envelopes.append(envelope)
        envelopeNumbers.insert(key, UInt32(envelopes.count))
        return UInt32(envelopes.count)
    }

    private mutating func number(of value: Value) -> UInt32 {
        var fingerprint = StateFingerprint()
        fingerprint.add(value)
        let key = Self.key(fingerprint.value)
        if let known = valueNumbers[key] { return known }
        values.append(value)
        valueNumbers.insert(key, UInt32(values.count))
        return UInt32(values.count)
    }

    private static func key(_ fingerprint: UInt64) -> UInt64 { fingerprint == 0 ? 1 : fingerprint }

    // MARK: Transitions

    /// What `event` does at the replica in this state.
    mutating func transition(_ event: Event, at node: UInt32, proposals: Int) -> Transition {
        let key = UInt64(node) << 36 | event.code(proposals: proposals)
        if let known = transitionNumbers[key] { return transitions[Int(known)] }
        let made = make(event, at: node, proposals)
        transitionNumbers.insert(key, UInt32(transitions.count))
        transitions.append(made)
        return made
    }

    /// The same state without its disk.
    mutating func withoutDisk(_ number: UInt32) -> UInt32 {
        var node = node(number)
        node.disk = nil
        return self.number(of: node)
    }

    private mutating func make(_ event: Event, at number: UInt32, _ proposals: Int) -> Transition {
        var step = NodeStep(node(number), in: bounds)
        switch event {
        case .deliver(let message): step.deliver(envelope(UInt32(message)))
        case .flush: step.flush()
        case .stand: step.stand()
        case .propose: step.propose(proposals)
        case .timeOut: step.timeOut()
        case .crash: step.crash()
        }
        var sent: [UInt32] = []
        for envelope in step.sent {
            let number = self.number(of: envelope)
            if !sent.contains(number) { sent.append(number) }
        }
        let announced = step.announced.map {
            Transition.Announcement(
                slot: Int($0.slot.rawValue), value: self.number(of: $0.value))
        }
        return Transition(
            node: self.number(of: step.node), sent: sent, announced: announced,
            ballots: UInt32(step.ballots), violation: step.violations.first)
    }
}
