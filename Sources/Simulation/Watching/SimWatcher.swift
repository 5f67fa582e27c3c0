internal import EtcdMessages
internal import MVCC
internal import Protobuf
internal import Replication
internal import StateMachine
internal import Watching

/// A client that watches: one stream at a time, at any node, which breaks now and then and is read slowly now and
/// then. It goes on at the next node where it was told everything.
final class SimWatcher {
    /// A stream to one process.
    private final class Link {
        weak var process: SimProcess?
        let stream: WatchStream
        /// Nothing comes any more.
        var isBroken = false
        /// The client does not read.
        var isPaused = false
        var lastArrival: UInt64 = 0
        /// The watches that were asked for and not created yet, by their place.
        var asked: [Int] = []

        init(_ process: SimProcess, _ stream: WatchStream) {
            self.process = process
            self.stream = stream
        }
    }

    private let index: Int
    private unowned let workload: WatchWorkload
    private(set) var watches: [SimWatch]
    private var link: Link?
    private var isConnecting = false

    init(_ index: Int, of workload: WatchWorkload) {
        self.index = index
        self.workload = workload
        watches = (0...workload.dice.index(below: 3)).map { _ in workload.drawWatch() }
    }

    private var world: World { workload.world }

    /// The lowest revision that some watch is still to be told; 0 before all were created.
    var next: Int64 { watches.map(\.next).min() ?? 0 }

    func start() { connectLater() }

    // MARK: Streams

    private func connectLater() {
        guard !isConnecting else { return }
        isConnecting = true
        world.timeline.after(workload.dice.number(in: 1_000...200_000)) { [self] in
            isConnecting = false
            connect()
        }
    }

    private func connect() {
        let machine = workload.dice.one(of: workload.machines)
        guard link == nil, let process = machine.process, let replica = process.replica,
            replica.localReadRefusal == nil, replica.streamRefusal == nil, !replica.isLearner
        else { return connectLater() }
        let link = Link(process, replica.watches.makeStream())
        self.link = link
        beginAgain()
        link.stream.onOutput = { [weak self, weak link] in
            if let self, let link { send(link) }
        }
        process.later(workload.dice.number(in: 20...600)) { [self] in
            guard !link.isBroken else { return }
            for place in watches.indices { create(place, link) }
        }
        liveOn(link)
    }

    /// Now and then a watch begins where history does: at the compacted revision.
    private func beginAgain() {
        let compacted = workload.ledger.compactedRevision
        guard compacted > 1, !workload.isEnding else { return }
        for place in watches.indices where workload.dice.happens(perMille: 300) {
            watches[place].next = compacted
        }
    }

    private func create(_ place: Int, _ link: Link) {
        guard let replica = link.process?.replica else { return }
        watches[place].compactedBefore = replica.machine.keyspace.compactedRevision
        link.asked.append(place)
        link.stream.create(watches[place].request)
        link.process?.requestTurn()
    }

    /// What this client does with a stream: reads slowly, asks for progress, goes away.
    private func liveOn(_ link: Link) {
        world.timeline.after(workload.dice.number(in: 50_000...600_000)) { [weak self, weak link] in
            guard let self, let link, !link.isBroken else { return }
            // A node that is not of those that were healed may stay apart for ever.
            let isLost = !workload.machines.contains { $0 === link.process?.machine }
            if isLost { return leave(link) }
            switch workload.dice.index(below: workload.isEnding ? 3 : 10) {
            case 0...3: ask(link)
            case 4, 5: link.isPaused = true
            case 6: leave(link)
            default: break
            }
            if link.isPaused, workload.isEnding || workload.dice.happens(perMille: 400) {
                link.isPaused = false
                link.process?.later(1) { [weak self, weak link] in
                    if let self, let link { send(link) }
                }
            }
            if !link.isBroken { liveOn(link) }
        }
    }

    private func ask(_ link: Link) {
        link.process?.later(workload.dice.number(in: 20...600)) { [weak link] in
            guard let link, !link.isBroken else { return }
            link.stream.requestProgress()
            link.process?.requestTurn()
        }
    }

    private func leave(_ link: Link) {
        link.stream.end()
        breakUp(link)
    }

    /// A process has ended: its client hears so soon.
    func processEnded() {
        guard let link, link.process?.isDead != false else { return }
        world.timeline.after(workload.dice.number(in: 20...20_000)) { [weak self, weak link] in
            if let self, let link { breakUp(link) }
        }
    }

    private func breakUp(_ link: Link) {
        guard !link.isBroken else { return }
        link.isBroken = true
        self.link = nil
        for place in watches.indices { watches[place].disconnect() }
        connectLater()
    }

    // MARK: What comes

    /// The node sends what there is, in order.
    private func send(_ link: Link) {
        while !link.isPaused, !link.isBroken, let process = link.process,
            let output = link.stream.next()
        {
            guard process.mayAct() else { return }
            let response = Self.decoded(output)
            let now = world.timeline.nowMicroseconds
            link.lastArrival = max(
                link.lastArrival, now + workload.dice.number(in: 20...600))
            world.timeline.after(link.lastArrival - now) { [weak self, weak link] in
                guard let self, let link, !link.isBroken else { return }
                take(response, link)
            }
        }
    }

    /// Through the bytes that clients get.
    private static func decoded(_ output: WatchOutput) -> WatchResponse {
        let bytes =
            switch output {
            case .answer(let response): response.serializedBytes()
            case .events(let response): response.serializedBytes()
            }
        guard let response = try? WatchResponse(serializedBytes: bytes) else {
            preconditionFailure("a response that cannot be read")
        }
        return response
    }

    private func take(_ response: WatchResponse, _ link: Link) {
        if response.created { return created(response, link) }
        if response.canceled { return canceled(response, link) }
        if response.events.isEmpty { return progress(response) }
        guard let place = watches.firstIndex(where: { $0.id == response.watchID }) else {
            return complain("events of a watch that was not created")
        }
        if let fault = watches[place].take(response, workload.ledger) { complain(fault) }
    }

    private func created(_ response: WatchResponse, _ link: Link) {
        guard !link.asked.isEmpty, !response.canceled else {
            return complain("a watch was refused: \(response.cancelReason)")
        }
        let place = link.asked.removeFirst()
        watches[place].id = response.watchID
        if watches[place].next == 0 { watches[place].next = response.header.revision + 1 }
    }

    /// What it would have been told next is compacted: it begins again at the compacted revision.
    private func canceled(_ response: WatchResponse, _ link: Link) {
        guard let place = watches.firstIndex(where: { $0.id == response.watchID }) else {
            return complain("the end of a watch that was not created")
        }
        let compacted = response.compactRevision
        if compacted <= watches[place].next || compacted > workload.ledger.compactedRevision {
            complain("canceled with \(compacted), \(watches[place].next) is next")
        }
        watches[place].disconnect()
        watches[place].next = compacted
        link.process?.later(1) { [weak self, weak link] in
            if let self, let link, !link.isBroken { create(place, link) }
        }
    }

    private func progress(_ response: WatchResponse) {
        let revision = response.header.revision
        for place in watches.indices where watches[place].id != nil {
            guard response.watchID == -1 || response.watchID == watches[place].id else { continue }
            if let fault = watches[place].takeProgress(revision, workload.ledger) {
                complain(fault)
            }
        }
    }

    private func complain(_ fault: String) {
        world.note(.watches, "watching client \(index): \(fault)")
    }
}
