import Basics
import Paxos

/// A deterministic world around a few cores: a network that loses, doubles, delays and reorders, disks that
/// take their time, crashes that keep a prefix of the boxes, partitions. One seed, one history.
final class World {
    struct Options {
        /// Replicas, learners included; these are the last ones.
        var nodes = 3
        var learners = 0
        /// How many of the replicas are members from the beginning; all if nil.
        var members: Int?
        var lossPercent: UInt64 = 0
        var duplicatePercent: UInt64 = 0
        var delayMax: UInt64 = 4
        var diskMax: UInt64 = 4
        var mischief: Mischief?
        var checksInvariants = true
        /// Logs lose their beginning.
        var truncates = false
        var tune: (inout Configuration) -> Void = { _ in }
    }

    enum Event {
        case deliver(Message, from: Input.Sender, to: Int)
        /// A message of the past that no partition holds up.
        case ghost(Message, from: Input.Sender, to: Int)
        case diskDone(node: Int, write: UInt64)
        case tick(node: Int, boot: UInt64)
        case endOfTurn(node: Int)
        case install(node: Int, boot: UInt64, from: Int, atLeast: Slot)
        case loseConnection(node: Int, to: ReplicaID)
    }

    let options: Options
    var random: SeededRandom
    var nodes: [HarnessNode]
    var now: UInt64 = 1000
    /// Events by millisecond, in a wheel that is longer than any delay.
    var wheel: [[Event]]
    var blocked: [[Bool]]
    var ledger = AgreementLedger()
    var violations: [String] = []
    var fatals: [String] = []
    var nextWrite: UInt64 = 0
    var nextBundle: UInt64 = 0
    var roleDeaths = 0
    /// Memberships as they were announced, by their slots.
    var memberships: [(slot: Slot, membership: Membership)] = []
    var nextChange: UInt64 = 0
    var changesDecided = 0
    /// No node dies any more.
    var isSettling = false
    var truncations = 0
    var snapshotsNeeded = 0
    var installs = 0
    var lostBases = 0
    var steps = 0
    var trace = false

    static let wheelSize: UInt64 = 1024

    init(seed: UInt64, options: Options = Options()) {
        self.options = options
        random = SeededRandom(seed: seed)
        let seats = (0..<options.nodes).map {
            World.seat($0, isVoter: $0 < options.nodes - options.learners)
        }
        nodes = seats.map { HarnessNode(seat: $0) }
        memberships = [
            (.zero, Membership(seats: Array(seats.prefix(options.members ?? options.nodes))))
        ]
        wheel = Array(repeating: [], count: Int(World.wheelSize))
        blocked = Array(
            repeating: Array(repeating: false, count: options.nodes), count: options.nodes)
        for index in nodes.indices { start(index) }
    }

    static func seat(_ index: Int, isVoter: Bool) -> Seat {
        Seat(
            replica: ReplicaID(UInt64(index) + 1), incarnation: Incarnation(UInt64(index) + 101),
            isVoter: isVoter, name: "n\(index + 1)", peerURLs: [])
    }

    func below(_ bound: UInt64) -> UInt64 { bound == 0 ? 0 : random.next() % bound }

    func schedule(_ event: Event, after delay: UInt64) {
        precondition(delay > 0, "this millisecond may be over")
        let at = now + min(delay, World.wheelSize - 1)
        wheel[Int(at % World.wheelSize)].append(event)
    }

    // MARK: Life and death

    func start(_ index: Int) {
        nodes[index].boot += 1
        let builder = fold(index)
        var configuration = Configuration(
            replica: nodes[index].seat.replica, incarnation: nodes[index].incarnation,
            boot: BootNumber(nodes[index].boot), seed: random.next())
        configuration.electionTimeoutMilliseconds = 100
        configuration.heartbeatMilliseconds = 20
        options.tune(&configuration)
        configuration.injectedBug = options.mischief?.coreBug
        let state = builder.state()
        nodes[index].core = PaxosCore(
            configuration: configuration, state: state, nowMilliseconds: now)
        noteStore(index, state)
        nodes[index].deliveredUpTo = builder.decidedUpTo
        nodes[index].leader = nil
        schedule(.tick(node: index, boot: nodes[index].boot), after: 1 + below(10))
        for peer in nodes.indices where peer != index && nodes[peer].core != nil {
            if !blocked[index][peer] { step(peer, .connected(nodes[index].seat.replica)) }
        }
    }

    func fold(_ index: Int) -> DurableStateBuilder {
        let base = nodes[index].baseUpTo
        let governing = governing(after: base)
        var builder = DurableStateBuilder(
            membership: governing.membership, configurationSlot: governing.slot, appliedUpTo: base)
        for record in nodes[index].log {
            builder.fold(record) { decided in announce(decided) }
        }
        return builder
    }

    /// The process ends. Of the boxes on their way to the disk, a prefix survives; their messages do not.
    func crash(_ index: Int, isNoticed: Bool? = nil) {
        guard nodes[index].core != nil else { return }
        let pending = (nodes[index].write?.boxes ?? []) + nodes[index].waitingBoxes
        let kept =
            options.mischief == .sendsBeforeDurable ? 0 : Int(below(UInt64(pending.count) + 1))
        for box in pending.prefix(kept) { nodes[index].log.append(contentsOf: box.records) }
        nodes[index].core = nil
        nodes[index].waitingBoxes = []
        nodes[index].write = nil
        nodes[index].unanswered = []
        nodes[index].reads = []
        nodes[index].hasEndOfTurnDue = false
        nodes[index].pausedUntil = 0
        nodes[index].awaitsRecovery = false
        guard isNoticed ?? (below(2) == 0) else { return }
        // A connection ends after all that was on it.
        for peer in nodes.indices where peer != index {
            let delay = options.delayMax + 1 + below(2)
            schedule(.loseConnection(node: peer, to: nodes[index].seat.replica), after: delay)
        }
    }

    func restart(_ index: Int) {
        guard nodes[index].core == nil else { return }
        start(index)
    }

    // MARK: Time

    /// Runs for that many milliseconds.
    func run(_ milliseconds: UInt64) {
        for _ in 0..<milliseconds {
            now += 1
            let bucket = Int(now % World.wheelSize)
            while !wheel[bucket].isEmpty {
                let events = wheel[bucket]
                wheel[bucket] = []
                for event in events { handle(event) }
            }
        }
    }

    /// Runs until the condition holds; false if it does not within the time.
    func run(atMost milliseconds: UInt64, until condition: (World) -> Bool) -> Bool {
        for _ in 0..<milliseconds {
            if condition(self) { return true }
            run(1)
        }
        return condition(self)
    }

    private func handle(_ event: Event) {
        switch event {
        case .deliver(let message, let sender, let index):
            if isPaused(index, event) { return }
            let source = Int(sender.replica.rawValue) - 1
            guard nodes[index].core != nil, !blocked[source][index] else { return }
            step(index, .received(message, from: sender))
        case .ghost(let message, let sender, let index):
            step(index, .received(message, from: sender))
        case .diskDone(let index, let write):
            if isPaused(index, event) { return }
            guard nodes[index].write?.id == write else { return }
            diskDone(index)
        case .tick(let index, let boot):
            if isPaused(index, event) { return }
            guard nodes[index].core != nil, nodes[index].boot == boot else { return }
            step(index, .tick(nowMilliseconds: now))
            schedule(.tick(node: index, boot: boot), after: 8 + below(4))
        case .loseConnection(let index, let replica):
            if isPaused(index, event) { return }
            step(index, .disconnected(replica))
        case .install(let index, let boot, let source, let slot):
            if isPaused(index, event) { return }
            if nodes[index].boot == boot { install(index, from: source, atLeast: slot) }
        case .endOfTurn(let index):
            guard nodes[index].hasEndOfTurnDue, nodes[index].core != nil else { return }
            nodes[index].hasEndOfTurnDue = false
            input(index, .endOfTurn)
        }
    }

    /// A stopped process sees nothing; what reaches it meanwhile waits.
    private func isPaused(_ index: Int, _ event: Event) -> Bool {
        let until = nodes[index].pausedUntil
        guard until > now, nodes[index].core != nil else { return false }
        schedule(event, after: until - now)
        return true
    }

    /// One input; the turn ends after it, or a little later with others.
    func step(_ index: Int, _ stimulus: Input) {
        guard nodes[index].core != nil else { return }
        input(index, stimulus)
        if below(4) == 0 {
            if !nodes[index].hasEndOfTurnDue {
                nodes[index].hasEndOfTurnDue = true
                schedule(.endOfTurn(node: index), after: 1)
            }
        } else {
            input(index, .endOfTurn)
        }
    }

    func input(_ index: Int, _ stimulus: Input) {
        steps += 1
        let node = nodes[index]
        guard node.core != nil else { return }
        if trace { note(index, stimulus) }
        defer { checkMembership(index) }
        let candidate = removedCandidate(stimulus, at: index)
        defer { if let candidate { checkPromise(index, candidate) } }
        var effects = Effects()
        if options.checksInvariants && steps % 16 == 0, let before = node.core {
            node.core!.step(stimulus, into: &effects)
            if let after = node.core { check(index, before, after) }
        } else {
            node.core!.step(stimulus, into: &effects)
        }
        if node.awaitsRecovery { compareWithLog(index) }
        carryOut(index, effects)
    }

    private func check(_ index: Int, _ before: PaxosCore, _ after: PaxosCore) {
        for violation in Invariants.check(after) + Invariants.check(before: before, after: after) {
            violations.append("n\(index + 1) \(violation)")
        }
    }

    private func note(_ index: Int, _ stimulus: Input) {
        if stimulus == .endOfTurn { return }
        print(now, "n\(index + 1)", String(describing: stimulus).prefix(220))
    }

    // MARK: Effects

    private func carryOut(_ index: Int, _ effects: Effects) {
        for outbound in effects.messages { send(outbound, from: index) }
        for box in effects.boxes {
            if options.mischief == .sendsBeforeDurable {
                for outbound in box.messages { send(outbound, from: index) }
            }
            nodes[index].waitingBoxes.append(box)
        }
        for decided in effects.decided { deliver(decided, at: index) }
        if let last = effects.decided.last {
            var none = Effects()
            nodes[index].core?.step(.applied(upTo: last.slot), into: &none)
        }
        for notice in effects.notices { handle(notice, at: index) }
        startWrite(index)
    }

    private func deliver(_ decided: DecidedValue, at index: Int) {
        if decided.slot != nodes[index].deliveredUpTo.next {
            violations.append("n\(index + 1) DecidedInOrder: \(decided.slot)")
        }
        nodes[index].deliveredUpTo = decided.slot
        announce(decided)
        if below(16) == 0 { nodes[index].baseUpTo = max(nodes[index].baseUpTo, decided.slot) }
        if case .batch(let batch) = decided.value {
            let ids = World.bundles(in: batch.payload)
            nodes[index].unanswered.removeAll { ids.contains($0) }
        }
    }

    func announce(_ decided: DecidedValue) {
        if case .membership(let next) = decided.value, ledger.value(of: decided.slot) == nil {
            noteMembership(next, in: decided.slot)
        }
        violations.append(contentsOf: ledger.announce(decided).map(\.description))
    }

    private func handle(_ notice: Effects.Notice, at index: Int) {
        switch notice {
        case .leaderChanged(let ballot):
            nodes[index].leader = ballot
            guard let ballot else { return }
            if ballot.replica == nodes[index].seat.replica { nodes[index].leaderships += 1 }
            for bundle in nodes[index].unanswered { input(index, .propose(bundle: bundle)) }
        case .readReady(let number, let slot):
            for read in nodes[index].reads where read.number <= number && slot < read.floor {
                violations.append("n\(index + 1) StaleRead: \(slot) below \(read.floor)")
            }
            nodes[index].readsAnswered += nodes[index].reads.count { $0.number <= number }
            nodes[index].reads.removeAll { $0.number <= number }
        case .readLog(let fromSlot, let upTo, _, let receiver):
            answerLogRead(fromSlot, upTo, for: receiver, at: index)
        case .snapshotNeeded(let source, let slot):
            needsSnapshot(index, from: source, atLeast: slot)
        case .dropMessages(let number):
            dropMessages(of: index, boxesUpTo: number)
        case .changeEnded(_, let outcome):
            if case .decided = outcome { changesDecided += 1 }
        case .overloaded, .removed, .retired:
            break
        case .fatal(let report):
            fatals.append("n\(index + 1) \(report)")
        }
    }

    // MARK: Disk

    private func startWrite(_ index: Int) {
        guard nodes[index].write == nil, !nodes[index].waitingBoxes.isEmpty else { return }
        nextWrite += 1
        nodes[index].write = HarnessNode.Write(id: nextWrite, boxes: nodes[index].waitingBoxes)
        nodes[index].waitingBoxes = []
        let stall =
            nodes[index].diskStalledUntil > now ? nodes[index].diskStalledUntil - now : 0
        let delay = stall + 1 + below(options.diskMax)
        schedule(.diskDone(node: index, write: nextWrite), after: delay)
    }

    private func diskDone(_ index: Int) {
        guard let write = nodes[index].write, let last = write.boxes.last else { return }
        nodes[index].write = nil
        for box in write.boxes {
            nodes[index].log.append(contentsOf: box.records)
            if options.mischief == .sendsBeforeDurable { continue }
            for outbound in box.messages { send(outbound, from: index) }
        }
        if options.truncates, below(2) == 0 { truncate(index) }
        if options.truncates, below(3) == 0 { shorten(index) }
        step(index, .durable(boxNumber: last.number))
        if nodes[index].waitingBoxes.isEmpty && nodes[index].write == nil {
            step(index, .logIdle)
        }
        startWrite(index)
    }

    // MARK: Network

    private func send(_ outbound: Effects.Outbound, from index: Int) {
        checkSilence(outbound.message, of: index)
        let target = Int(outbound.receiver.rawValue) - 1
        haunt(outbound.message, from: index, to: target)
        guard !blocked[index][target] else { return }
        if below(100) < options.lossPercent { return }
        let copies = below(100) < options.duplicatePercent ? 2 : 1
        let sender = Input.Sender(
            replica: nodes[index].seat.replica, incarnation: nodes[index].incarnation)
        for copy in 0..<copies {
            // A copy may come when everything else of its time is over.
            let isLate = copy > 0 && options.mischief != nil && below(2) == 0
            let delay = 1 + below(isLate ? World.wheelSize / 2 : options.delayMax)
            schedule(.deliver(outbound.message, from: sender, to: target), after: delay)
        }
    }

    /// Mischief with messages that nobody sent.
    private func haunt(_ message: Message, from index: Int, to target: Int) {
        guard options.mischief == .votesAreCountedUnasked, case .accept(let accept) = message
        else { return }
        let receiver = Input.Sender(
            replica: nodes[target].seat.replica, incarnation: nodes[target].incarnation)
        let vote = Message.Accepted(ballot: accept.ballot, first: accept.slot, last: accept.slot)
        schedule(.ghost(.accepted(vote), from: receiver, to: index), after: 1)
    }

    func block(_ first: Int, _ second: Int, _ isBlocked: Bool = true) {
        blocked[first][second] = isBlocked
        blocked[second][first] = isBlocked
    }

    func heal() {
        for first in nodes.indices {
            for second in nodes.indices { blocked[first][second] = false }
        }
    }

    // MARK: Clients

    func propose(at index: Int) {
        guard isAwake(index), nodes[index].unanswered.count < 64 else { return }
        nextBundle += 1
        let bundle = World.bundle(nextBundle)
        nodes[index].unanswered.append(bundle)
        step(index, .propose(bundle: bundle))
    }

    /// Every client hands in again what it has seen no answer to.
    func proposeAgain() {
        for index in nodes.indices {
            for bundle in nodes[index].unanswered { step(index, .propose(bundle: bundle)) }
        }
    }

    private func isAwake(_ index: Int) -> Bool {
        nodes[index].core != nil && nodes[index].pausedUntil <= now
    }

    func read(at index: Int) {
        guard isAwake(index) else { return }
        nodes[index].nextRead += 1
        nodes[index].reads.append((nodes[index].nextRead, ledger.last))
        step(index, .read(number: nodes[index].nextRead))
    }

    static func bundle(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    static func bundles(in payload: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: payload.count, by: 8).map { Array(payload[$0..<$0 + 8]) }
    }

    var leader: Int? { nodes.indices.first { nodes[$0].core?.status.role == .leader } }
}
