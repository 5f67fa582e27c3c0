internal import Paxos

/// Performs one event at one replica with the real core, and gathers what comes of it.
struct NodeStep {
    private let bounds: ExplorationBounds
    private(set) var node: NodeState
    private(set) var sent: [Envelope] = []
    private(set) var announced: [DecidedValue] = []
    /// Ballots that were prepared.
    private(set) var ballots = 0
    private(set) var violations: [String] = []
    private var effects = Effects()

    init(_ node: NodeState, in bounds: ExplorationBounds) {
        self.node = node
        self.bounds = bounds
    }

    // MARK: Events

    mutating func deliver(_ envelope: Envelope) {
        step(.received(envelope.message, from: Self.life(envelope.sender)))
        endTurn()
    }

    mutating func flush() {
        let box = node.boxes.removeFirst()
        fold(box.records)
        send(box.messages)
        step(.durable(boxNumber: box.number))
        if node.boxes.isEmpty { step(.logIdle) }
        endTurn()
    }

    /// The last replica, which never stands, tells this one to take over.
    mutating func stand() {
        let other = Self.life(bounds.acceptors == 1 ? 1 : bounds.acceptors - 1)
        let ballot = Ballot(
            round: node.core.promised.round, replica: other.replica,
            incarnation: other.incarnation)
        let order = Message.TakeOver(ballot: ballot, decidedUpTo: .zero)
        step(.received(.takeOver(order), from: other))
        endTurn()
    }

    mutating func propose(_ number: Int) {
        step(.propose(bundle: [UInt8(truncatingIfNeeded: number)]))
        endTurn()
    }

    /// Twice the time-out, in ticks that count in full.
    mutating func timeOut() {
        for _ in 0..<10 {
            node.nowMilliseconds += Self.timeoutMilliseconds / 5
            step(.tick(nowMilliseconds: node.nowMilliseconds))
        }
        endTurn()
    }

    mutating func crash() {
        guard let disk = node.disk else { preconditionFailure("a disk to be born from") }
        node.core = Self.core(node.index, disk.records.state(), node.nowMilliseconds, bounds)
        node.boxes = []
        node.handedOut = disk.decided
    }

    /// Nobody dies any more.
    mutating func forgetDisk() { node.disk = nil }

    // MARK: Effects

    private mutating func step(_ input: Input) {
        let before = node.core
        effects.removeAll()
        node.core.step(input, into: &effects)
        let broken =
            Invariants.check(node.core) + Invariants.check(before: before, after: node.core)
        violations += broken.map { "n\(node.index + 1) \($0)" }
        carryOut()
    }

    private mutating func endTurn() { step(.endOfTurn) }

    private mutating func carryOut() {
        let performed = effects
        send(performed.messages)
        for box in performed.boxes {
            ballots += Self.isPreparing(box) ? 1 : 0
            keep(box)
        }
        for decided in performed.decided {
            node.handedOut.append(decided.value)
            announced.append(decided)
        }
        for notice in performed.notices { follow(notice) }
    }

    /// A box without records is durable with the one before it. Else each copy of a Prepare would make a
    /// new state; and a report that comes later brings nothing but messages that come later.
    private mutating func keep(_ box: Effects.Box) {
        let messages = box.messages.filter { isExplored($0.message) }
        guard box.records.isEmpty, let last = node.boxes.popLast() else {
            node.boxes.append(
                Effects.Box(number: box.number, records: box.records, messages: messages))
            return
        }
        let more = messages.filter { !last.messages.contains($0) }
        node.boxes.append(
            Effects.Box(
                number: box.number, records: last.records, messages: last.messages + more))
    }

    private mutating func follow(_ notice: Effects.Notice) {
        switch notice {
        case .fatal(let report):
            violations.append("n\(node.index + 1) stops itself: \(report)")
        case .readLog(let fromSlot, let upTo, _, let receiver):
            let last = min(Int(upTo.rawValue), node.handedOut.count)
            let values = Array(node.handedOut[Int(fromSlot.rawValue) - 1..<last])
            step(.logRead(fromSlot: fromSlot, values: values, for: receiver))
        case .leaderChanged, .readReady, .overloaded, .dropMessages, .changeEnded, .removed,
            .retired, .snapshotNeeded:
            break
        }
    }

    private mutating func fold(_ records: [DurableRecord]) {
        guard var disk = node.disk else { return }
        var found: [DecidedValue] = []
        for record in records { disk.records.fold(record) { found.append($0) } }
        disk.decided += found.map(\.value)
        announced += found
        node.disk = disk
    }

    private mutating func send(_ messages: [Effects.Outbound]) {
        for outbound in messages where isExplored(outbound.message) {
            sent.append(
                Envelope(
                    sender: node.index, receiver: Int(outbound.receiver.rawValue) - 1,
                    message: outbound.message))
        }
    }

    /// Signs of life, probes and reads decide nothing about slots: they are always lost. So are Accepts of
    /// slots that this world does not have.
    private func isExplored(_ message: Message) -> Bool {
        switch message {
        case .accept(let accept): Int(accept.slot.rawValue) <= bounds.slots
        case .prepare, .promise, .accepted, .reject, .decide, .catchUpRequest, .catchUpValues: true
        default: false
        }
    }

    // MARK: Details

    static let timeoutMilliseconds: UInt64 = 100

    private static func isPreparing(_ box: Effects.Box) -> Bool {
        box.messages.contains { if case .prepare = $0.message { true } else { false } }
    }

    /// The one life that a replica has here.
    private static func life(_ index: Int) -> Input.Sender {
        Input.Sender(
            replica: ReplicaID(UInt64(index) + 1), incarnation: Incarnation(UInt64(index) + 101))
    }

    static func seat(_ index: Int) -> Seat {
        let life = life(index)
        return Seat(
            replica: life.replica, incarnation: life.incarnation,
            isVoter: true, name: "n\(index + 1)", peerURLs: [])
    }

    /// A replica that has just been made.
    static func birth(_ index: Int, _ bounds: ExplorationBounds) -> NodeState {
        let membership = Membership(seats: (0..<bounds.acceptors).map(seat))
        let records = DurableStateBuilder(membership: membership)
        var node = NodeState(index: index, core: core(index, records.state(), 1, bounds))
        if bounds.crashes > 0 { node.disk = NodeState.Disk(records: records) }
        return node
    }

    private static func core(
        _ index: Int, _ state: DurableState, _ now: UInt64, _ bounds: ExplorationBounds
    ) -> PaxosCore {
        let life = life(index)
        var configuration = Configuration(
            replica: life.replica, incarnation: life.incarnation, boot: BootNumber(1), seed: 1)
        configuration.electionTimeoutMilliseconds = timeoutMilliseconds
        configuration.heartbeatMilliseconds = timeoutMilliseconds / 5
        configuration.injectedBug = bounds.injectedBug
        return PaxosCore(configuration: configuration, state: state, nowMilliseconds: now)
    }
}
