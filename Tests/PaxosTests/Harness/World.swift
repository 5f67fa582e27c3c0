import Basics
import Paxos

/// A deterministic world around a few cores: a network that loses, doubles, delays and reorders, disks that
/// take their time, crashes that keep a prefix of the boxes, partitions. One seed, one history.
struct World {
    struct Options {
        var nodes = 3
        var lossPercent: UInt64 = 0
        var duplicatePercent: UInt64 = 0
        var delayMax: UInt64 = 4
        var diskMax: UInt64 = 4
        var mischief: Mischief?
        var checksInvariants = true
        var tune: (inout Configuration) -> Void = { _ in }
    }

    enum Event {
        case deliver(Message, from: Input.Sender, to: Int)
        case diskDone(node: Int, write: UInt64)
        case tick(node: Int, boot: UInt64)
        case endOfTurn(node: Int)
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
    var steps = 0
    var trace = false
    private var scratch = Effects()

    static let wheelSize: UInt64 = 1024

    init(seed: UInt64, options: Options = Options()) {
        self.options = options
        random = SeededRandom(seed: seed)
        let seats = (0..<options.nodes).map { World.seat($0) }
        nodes = seats.map { HarnessNode(seat: $0) }
        wheel = Array(repeating: [], count: Int(World.wheelSize))
        blocked = Array(
            repeating: Array(repeating: false, count: options.nodes), count: options.nodes)
        for index in nodes.indices { start(index) }
    }

    static func seat(_ index: Int) -> Seat {
        Seat(
            replica: ReplicaID(UInt64(index) + 1), incarnation: Incarnation(UInt64(index) + 101),
            isVoter: true, name: "n\(index + 1)", peerURLs: [])
    }

    mutating func below(_ bound: UInt64) -> UInt64 { bound == 0 ? 0 : random.next() % bound }

    mutating func schedule(_ event: Event, after delay: UInt64) {
        precondition(delay > 0, "this millisecond may be over")
        let at = now + min(delay, World.wheelSize - 1)
        wheel[Int(at % World.wheelSize)].append(event)
    }

    // MARK: Life and death

    mutating func start(_ index: Int) {
        nodes[index].boot += 1
        let builder = fold(index)
        var configuration = Configuration(
            replica: nodes[index].seat.replica, incarnation: nodes[index].seat.incarnation,
            boot: BootNumber(nodes[index].boot), seed: random.next())
        configuration.electionTimeoutMilliseconds = 100
        configuration.heartbeatMilliseconds = 20
        options.tune(&configuration)
        nodes[index].core = PaxosCore(
            configuration: configuration, state: builder.state(), nowMilliseconds: now)
        nodes[index].deliveredUpTo = builder.decidedUpTo
        nodes[index].leader = nil
        schedule(.tick(node: index, boot: nodes[index].boot), after: 1 + below(10))
        for peer in nodes.indices where peer != index && nodes[peer].core != nil {
            if !blocked[index][peer] { step(peer, .connected(nodes[index].seat.replica)) }
        }
    }

    private mutating func fold(_ index: Int) -> DurableStateBuilder {
        let membership = Membership(seats: nodes.map(\.seat))
        var builder = DurableStateBuilder(
            membership: membership, appliedUpTo: nodes[index].baseUpTo)
        var newest: [Slot: Ballot] = [:]
        for record in nodes[index].log {
            var records = [record]
            switch (record, options.mischief) {
            case (.promised, .forgetsPromises), (.accepted, .forgetsAccepted):
                continue
            case (.accepted(let value), .replayDecidesOlderBallot):
                newest[value.slot] = value.ballot
            case (.decided(_, let upTo), .replayDecidesOlderBallot):
                var slot = builder.decidedUpTo
                records = []
                while slot < upTo, let ballot = newest[slot.next] {
                    slot = slot.next
                    records.append(.decided(ballot: ballot, upTo: slot))
                }
            default:
                break
            }
            for record in records {
                builder.fold(record) { decided in announce(decided) }
            }
        }
        return builder
    }

    /// The process ends. Of the boxes on their way to the disk, a prefix survives; their messages do not.
    mutating func crash(_ index: Int) {
        guard nodes[index].core != nil else { return }
        let pending = (nodes[index].write?.boxes ?? []) + nodes[index].waitingBoxes
        let kept = Int(below(UInt64(pending.count) + 1))
        for box in pending.prefix(kept) { nodes[index].log.append(contentsOf: box.records) }
        nodes[index].core = nil
        nodes[index].waitingBoxes = []
        nodes[index].write = nil
        nodes[index].unanswered = []
        nodes[index].reads = []
        nodes[index].hasEndOfTurnDue = false
        if below(2) == 0 {
            for peer in nodes.indices where peer != index {
                step(peer, .disconnected(nodes[index].seat.replica))
            }
        }
    }

    mutating func restart(_ index: Int) {
        guard nodes[index].core == nil else { return }
        start(index)
    }

    // MARK: Time

    /// Runs for that many milliseconds.
    mutating func run(_ milliseconds: UInt64) {
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
    mutating func run(atMost milliseconds: UInt64, until condition: (World) -> Bool) -> Bool {
        for _ in 0..<milliseconds {
            if condition(self) { return true }
            run(1)
        }
        return condition(self)
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .deliver(let message, let sender, let index):
            let source = Int(sender.replica.rawValue) - 1
            guard nodes[index].core != nil, !blocked[source][index] else { return }
            step(index, .received(message, from: sender))
        case .diskDone(let index, let write):
            guard nodes[index].write?.id == write else { return }
            diskDone(index)
        case .tick(let index, let boot):
            guard nodes[index].core != nil, nodes[index].boot == boot else { return }
            step(index, .tick(nowMilliseconds: now))
            schedule(.tick(node: index, boot: boot), after: 8 + below(4))
        case .endOfTurn(let index):
            guard nodes[index].hasEndOfTurnDue, nodes[index].core != nil else { return }
            nodes[index].hasEndOfTurnDue = false
            input(index, .endOfTurn)
        }
    }

    /// One input; the turn ends after it, or a little later with others.
    mutating func step(_ index: Int, _ stimulus: Input) {
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

    private mutating func input(_ index: Int, _ stimulus: Input) {
        steps += 1
        guard nodes[index].core != nil else { return }
        if trace, stimulus != .endOfTurn {
            print(now, "n\(index + 1)", String(String(describing: stimulus).prefix(220)))
        }
        if options.checksInvariants && steps % 8 == 0, let before = nodes[index].core {
            nodes[index].core!.step(stimulus, into: &scratch)
            let after = nodes[index].core!
            for violation in Invariants.check(after)
                + Invariants.check(before: before, after: after)
            {
                violations.append("n\(index + 1) \(violation)")
            }
        } else {
            nodes[index].core!.step(stimulus, into: &scratch)
        }
        carryOut(index)
    }

    // MARK: Effects

    private mutating func carryOut(_ index: Int) {
        let effects = scratch
        scratch = Effects()
        for outbound in effects.messages { send(outbound, from: index) }
        for box in effects.boxes {
            if options.mischief == .sendsBeforeDurable {
                for outbound in box.messages { send(outbound, from: index) }
            }
            nodes[index].waitingBoxes.append(box)
        }
        for decided in effects.decided { deliver(decided, at: index) }
        for notice in effects.notices { handle(notice, at: index) }
        startWrite(index)
    }

    private mutating func deliver(_ decided: DecidedValue, at index: Int) {
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

    mutating func announce(_ decided: DecidedValue) {
        violations.append(contentsOf: ledger.announce(decided).map(\.description))
    }

    private mutating func handle(_ notice: Effects.Notice, at index: Int) {
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
            var values: [Value] = []
            var slot = fromSlot
            while slot <= upTo, values.count < 8, let value = ledger.value(of: slot) {
                values.append(value)
                slot = slot.next
            }
            input(index, .logRead(fromSlot: fromSlot, values: values, for: receiver))
        case .overloaded:
            break
        case .fatal(let report):
            fatals.append("n\(index + 1) \(report)")
        }
    }

    // MARK: Disk

    private mutating func startWrite(_ index: Int) {
        guard nodes[index].write == nil, !nodes[index].waitingBoxes.isEmpty else { return }
        nextWrite += 1
        nodes[index].write = HarnessNode.Write(id: nextWrite, boxes: nodes[index].waitingBoxes)
        nodes[index].waitingBoxes = []
        let stall =
            nodes[index].diskStalledUntil > now ? nodes[index].diskStalledUntil - now : 0
        let delay = stall + 1 + below(options.diskMax)
        schedule(.diskDone(node: index, write: nextWrite), after: delay)
    }

    private mutating func diskDone(_ index: Int) {
        guard let write = nodes[index].write, let last = write.boxes.last else { return }
        nodes[index].write = nil
        for box in write.boxes {
            nodes[index].log.append(contentsOf: box.records)
            if options.mischief == .sendsBeforeDurable { continue }
            for outbound in box.messages { send(outbound, from: index) }
        }
        step(index, .durable(boxNumber: last.number))
        if nodes[index].waitingBoxes.isEmpty && nodes[index].write == nil {
            step(index, .logIdle)
        }
        startWrite(index)
    }

    // MARK: Network

    private mutating func send(_ outbound: Effects.Outbound, from index: Int) {
        let target = Int(outbound.receiver.rawValue) - 1
        guard !blocked[index][target] else { return }
        if below(100) < options.lossPercent { return }
        let copies = below(100) < options.duplicatePercent ? 2 : 1
        for message in mangle(outbound.message, to: target) {
            for _ in 0..<copies {
                let sender = Input.Sender(
                    replica: nodes[index].seat.replica, incarnation: nodes[index].seat.incarnation)
                let delay = 1 + below(options.delayMax)
                schedule(.deliver(message, from: sender, to: target), after: delay)
                if options.mischief == .doubleVote, case .accepted = message {
                    let other = nodes[(index + 1) % nodes.count].seat
                    guard other.replica != outbound.receiver else { continue }
                    schedule(
                        .deliver(
                            message,
                            from: Input.Sender(
                                replica: other.replica, incarnation: other.incarnation),
                            to: target), after: delay)
                }
            }
        }
    }

    private func mangle(_ message: Message, to target: Int) -> [Message] {
        switch (message, options.mischief) {
        case (.promise(let promise), .truncatedTakenForEmpty):
            return [
                .promise(
                    Message.Promise(
                        ballot: promise.ballot, fromSlot: promise.fromSlot, truncatedUpTo: .zero,
                        decidedUpTo: .zero, highestAccepted: promise.highestAccepted,
                        chunk: promise.chunk, isLast: promise.isLast, values: promise.values))
            ]
        case (.promise(let promise), .lastPromiseChunkLost):
            guard promise.chunk == 0 else { return [] }
            return [
                .promise(
                    Message.Promise(
                        ballot: promise.ballot, fromSlot: promise.fromSlot,
                        truncatedUpTo: promise.truncatedUpTo, decidedUpTo: promise.decidedUpTo,
                        highestAccepted: promise.highestAccepted, chunk: 0, isLast: true,
                        values: promise.values))
            ]
        case (.readRoundAnswer(let answer), .oldRoundConfirmsNewRead):
            return (0..<3).map {
                .readRoundAnswer(
                    Message.ReadRoundAnswer(ballot: answer.ballot, number: answer.number + $0))
            }
        case (.heartbeat(let heartbeat), .olderBallotDecidedByWatermark)
        where heartbeat.isLeader:
            // The receiver is told the same mark in the ballot of whatever it has accepted next.
            guard let core = nodes[target].core,
                let ballot = core.acceptedBallot(of: core.status.decidedUpTo.next)
            else { return [message] }
            return [
                message,
                .decide(Message.Decide(ballot: ballot, upTo: heartbeat.decidedUpTo)),
            ]
        default:
            return [message]
        }
    }

    mutating func block(_ first: Int, _ second: Int, _ isBlocked: Bool = true) {
        blocked[first][second] = isBlocked
        blocked[second][first] = isBlocked
    }

    mutating func heal() {
        for first in nodes.indices {
            for second in nodes.indices { blocked[first][second] = false }
        }
    }

    // MARK: Clients

    mutating func propose(at index: Int) {
        guard nodes[index].core != nil, nodes[index].unanswered.count < 64 else { return }
        nextBundle += 1
        let bundle = World.bundle(nextBundle)
        nodes[index].unanswered.append(bundle)
        step(index, .propose(bundle: bundle))
    }

    /// Every client hands in again what it has seen no answer to.
    mutating func proposeAgain() {
        for index in nodes.indices {
            for bundle in nodes[index].unanswered { step(index, .propose(bundle: bundle)) }
        }
    }

    mutating func read(at index: Int) {
        guard nodes[index].core != nil else { return }
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
