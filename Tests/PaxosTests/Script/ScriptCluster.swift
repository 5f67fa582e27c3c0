import Paxos

/// The stage of a scenario: a few cores, a wire and disks on which nothing moves by itself.
final class ScriptCluster {
    final class Node {
        let seat: Seat
        let incarnation: Incarnation
        var core: PaxosCore?
        var boot: UInt64 = 0
        var now: UInt64 = 1000
        var log: [DurableRecord] = []
        /// The caller's state survives up to here.
        var baseUpTo = Slot.zero
        var boxes: [Effects.Box] = []
        var applied: [DecidedValue] = []

        init(seat: Seat) {
            self.seat = seat
            incarnation = seat.incarnation!
        }
    }

    struct Letter {
        let source: Int
        let target: Int
        let message: Message
    }

    struct Link: Equatable {
        let source: Int
        let target: Int
    }

    /// A link that loses what is sent, after letting some messages through.
    struct Cut {
        let link: Link
        var passes = 0
    }

    let nodes: [Node]
    let membership: Membership
    let tune: (inout Configuration) -> Void
    var wire: [Letter] = []
    var held: [Letter] = []
    var cuts: [Cut] = []
    /// What happened since it was last read, one line each.
    var lines: [String] = []
    private var ledger = AgreementLedger()

    /// How many changes of the membership were asked for.
    var changes: UInt64 = 0

    init(
        voters: Int, learners: Int, outsiders: Int, tune: @escaping (inout Configuration) -> Void
    ) {
        let seats = (0..<voters + learners + outsiders).map {
            Seat(
                replica: ReplicaID(UInt64($0) + 1), incarnation: Incarnation(UInt64($0) + 101),
                isVoter: $0 < voters, name: "n\($0 + 1)", peerURLs: [])
        }
        nodes = seats.map(Node.init)
        membership = Membership(seats: Array(seats.prefix(voters + learners)))
        self.tune = tune
        for index in nodes.indices { start(index) }
    }

    // MARK: Life and death

    func start(_ index: Int) {
        let node = nodes[index]
        node.boot += 1
        var builder = DurableStateBuilder(membership: membership, appliedUpTo: node.baseUpTo)
        node.applied.removeAll { $0.slot > node.baseUpTo }
        for record in node.log { builder.fold(record) { node.applied.append($0) } }
        var configuration = Configuration(
            replica: node.seat.replica, incarnation: node.incarnation,
            boot: BootNumber(node.boot), seed: UInt64(index))
        tune(&configuration)
        node.core = PaxosCore(
            configuration: configuration, state: builder.state(), nowMilliseconds: node.now)
    }

    /// The state of a node is durable up to here, and its log need not keep what is below.
    func truncate(_ index: Int, upTo slot: Slot) {
        nodes[index].baseUpTo = slot
        input(index, .truncate(upTo: slot))
    }

    /// The state of another node, as it is now, takes the place of this one's.
    func install(_ index: Int, from source: Int) {
        let slot = nodes[source].applied.last?.slot ?? .zero
        nodes[index].baseUpTo = slot
        nodes[index].applied = nodes[source].applied
        let governing = GoverningMembership(
            slot: nodes[source].core?.configurationSlot ?? .zero,
            membership: nodes[source].core?.membership ?? membership)
        let snapshot = InstalledSnapshot(
            slot: slot, governing: governing, logTimeMilliseconds: 0)
        input(index, .installed(snapshot))
    }

    /// The state of a node that is down is gone, and of its log what is truncated.
    func lose(_ index: Int) {
        var stated = DurableStateBuilder(membership: membership)
        for record in nodes[index].log { stated.fold(record) { _ in } }
        let state = stated.state()
        nodes[index].log.removeAll { record in
            switch record {
            case .accepted(let value): value.slot <= state.truncatedUpTo
            case .learned(let slot, _): slot <= state.truncatedUpTo
            default: false
            }
        }
        nodes[index].log.insert(.truncated(upTo: state.truncatedUpTo), at: 0)
        nodes[index].baseUpTo = .zero
        nodes[index].applied = []
    }

    /// The process ends; of the boxes on their way to the disk, the first few survive.
    func crash(_ index: Int, keepingBoxes kept: Int) {
        for box in nodes[index].boxes.prefix(kept) {
            nodes[index].log.append(contentsOf: box.records)
        }
        nodes[index].boxes = []
        nodes[index].core = nil
    }

    // MARK: Inputs

    func input(_ index: Int, _ input: Input, endsTurn: Bool = true) {
        guard nodes[index].core != nil else { return }
        var effects = Effects()
        nodes[index].core!.step(input, into: &effects)
        if endsTurn { nodes[index].core!.step(.endOfTurn, into: &effects) }
        carryOut(index, effects)
        if let core = nodes[index].core {
            lines += Invariants.check(core).map { "n\(index + 1) BROKEN \($0)" }
        }
    }

    func tick(_ index: Int, _ milliseconds: UInt64) {
        nodes[index].now += milliseconds
        input(index, .tick(nowMilliseconds: nodes[index].now), endsTurn: false)
    }

    private func carryOut(_ index: Int, _ effects: Effects) {
        let name = "n\(index + 1)"
        lines += ScriptText.lines(effects.messages).map { "\(name) \($0)" }
        for outbound in effects.messages { post(outbound, from: index) }
        for box in effects.boxes {
            let records = box.records.map(ScriptText.text).joined(separator: ", ")
            lines.append("\(name) box \(box.number): \(records.isEmpty ? "-" : records)")
            lines += ScriptText.lines(box.messages).map { "\(name)   then \($0)" }
        }
        nodes[index].boxes += effects.boxes
        for decided in effects.decided {
            nodes[index].applied.append(decided)
            lines.append(
                "\(name) decides \(ScriptText.text(decided.slot)): \(ScriptText.text(decided.value))"
            )
            lines += ledger.announce(decided).map { "\(name) BROKEN \($0)" }
        }
        if let last = effects.decided.last {
            var none = Effects()
            nodes[index].core?.step(.applied(upTo: last.slot), into: &none)
        }
        lines += effects.notices.map { "\(name) \(ScriptText.text($0))" }
        for notice in effects.notices { answer(notice, at: index) }
    }

    /// The log answers at once: what this node has decided.
    private func answer(_ notice: Effects.Notice, at index: Int) {
        if case .dropMessages(let number) = notice {
            for place in nodes[index].boxes.indices where nodes[index].boxes[place].number <= number
            {
                nodes[index].boxes[place].messages = []
            }
        }
        guard case .readLog(let fromSlot, let upTo, _, let receiver) = notice else { return }
        let values = nodes[index].applied
            .filter { $0.slot >= fromSlot && $0.slot <= upTo }.map(\.value)
        input(index, .logRead(fromSlot: fromSlot, values: values, for: receiver))
    }

    // MARK: Wire and disk

    private func post(_ outbound: Effects.Outbound, from index: Int) {
        let target = Int(outbound.receiver.rawValue) - 1
        if let cut = cuts.firstIndex(where: { $0.link == Link(source: index, target: target) }) {
            if cuts[cut].passes == 0 { return }
            cuts[cut].passes -= 1
        }
        wire.append(Letter(source: index, target: target, message: outbound.message))
    }

    /// Delivers what is on these links now, oldest first.
    func deliver(
        _ links: [Link]?, times: Int = 1, incarnation: Incarnation? = nil, inOneTurn: Bool = false
    ) {
        let letters = take(links)
        for letter in letters {
            for _ in 0..<times {
                let sender = Input.Sender(
                    replica: nodes[letter.source].seat.replica,
                    incarnation: incarnation ?? nodes[letter.source].incarnation)
                input(letter.target, .received(letter.message, from: sender), endsTurn: !inOneTurn)
            }
        }
        if inOneTurn {
            for index in nodes.indices where letters.contains(where: { $0.target == index }) {
                input(index, .endOfTurn, endsTurn: false)
            }
        }
    }

    /// Takes letters off the wire.
    func take(_ links: [Link]?) -> [Letter] {
        func isMeant(_ letter: Letter) -> Bool {
            links?.contains(Link(source: letter.source, target: letter.target)) ?? true
        }
        let taken = wire.filter(isMeant)
        wire.removeAll(where: isMeant)
        return taken
    }

    /// What waits for this disk becomes durable.
    func flush(_ index: Int) {
        guard let last = nodes[index].boxes.last else { return }
        let boxes = nodes[index].boxes
        nodes[index].boxes = []
        for box in boxes {
            nodes[index].log.append(contentsOf: box.records)
            for outbound in box.messages { post(outbound, from: index) }
        }
        input(index, .durable(boxNumber: last.number), endsTurn: false)
        input(index, .logIdle)
    }

    /// Delivers and flushes until nothing is left to do.
    func settle() {
        for _ in 0..<200 {
            if wire.isEmpty && nodes.allSatisfy(\.boxes.isEmpty) { return }
            deliver(nil)
            for index in nodes.indices { flush(index) }
        }
        lines.append("does not settle")
    }
}
