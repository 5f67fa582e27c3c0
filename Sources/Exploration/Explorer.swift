internal import Paxos

/// Goes through all histories of a small world, the shortest first, and stops at the first one in which a
/// rule is broken. A message that was sent may reach its receiver at any later moment, any number of times,
/// or never; each box becomes durable at any later moment; a time-out ends whenever it likes.
///
///     var explorer = Explorer(bounds)
///     let report = explorer.run { progress in progress.states < limit }
package struct Explorer {
    private let bounds: ExplorationBounds
    private var table: StateTable
    private var seen = FingerprintSet()
    /// How each state was met first: from which one, by which event.
    private var origins: [Origin] = []
    private var progress = ExplorationProgress()

    private struct Origin {
        let state: UInt32
        let event: Event
    }

    private struct Entry {
        let world: SmallWorld
        let state: UInt32
    }

    private enum Successor {
        case world(SmallWorld)
        /// Nothing has changed.
        case same
        case violation(String)
        /// One ballot more than this world has.
        case beyondBounds
    }

    package init(_ bounds: ExplorationBounds) {
        bounds.validate()
        self.bounds = bounds
        table = StateTable(bounds)
    }

    /// Explores until all is seen, a rule is broken, or `goesOn` says no; it is asked now and then.
    package mutating func run(
        goesOn: (ExplorationProgress) -> Bool = { _ in true }
    ) -> ExplorationReport {
        var frontier: [Entry] = []
        note(start(), from: 0, by: .flush(node: 0), &frontier)
        while !frontier.isEmpty {
            var next: [Entry] = []
            for entry in frontier {
                for event in events(of: entry.world) {
                    if let report = take(event, at: entry, &next) { return report }
                    if progress.steps % 65_536 == 0, !goesOn(counted()) {
                        return ExplorationReport(
                            progress: counted(), isComplete: false, violation: nil)
                    }
                }
            }
            progress.length += 1
            frontier = next
        }
        return ExplorationReport(progress: counted(), isComplete: true, violation: nil)
    }

    /// Goes one step further; gives a report if that breaks a rule.
    private mutating func take(
        _ event: Event, at entry: Entry, _ next: inout [Entry]
    ) -> ExplorationReport? {
        progress.steps += 1
        switch successor(of: entry.world, event) {
        case .world(let world): note(world, from: entry.state, by: event, &next)
        case .same, .beyondBounds: break
        case .violation(let sentence): return violated(sentence, entry.state, event)
        }
        return nil
    }

    // MARK: Worlds

    private mutating func start() -> SmallWorld {
        let nodes = (0..<bounds.acceptors).map { table.number(of: NodeStep.birth($0, bounds)) }
        return SmallWorld(nodes: nodes, slots: bounds.slots, crashesLeft: bounds.crashes)
    }

    private mutating func note(
        _ world: SmallWorld, from state: UInt32, by event: Event, _ entries: inout [Entry]
    ) {
        guard seen.insert(world.fingerprint) else { return }
        precondition(origins.count < Limits.statesMax, "more states than numbers")
        entries.append(Entry(world: world, state: UInt32(origins.count)))
        origins.append(Origin(state: state, event: event))
    }

    /// Everything that can happen next.
    private func events(of world: SmallWorld) -> [Event] {
        var events: [Event] = []
        for index in 0..<bounds.acceptors {
            let features = table.features(world.node(index))
            if features.canFlush { events.append(.flush(node: index)) }
            if features.canStand, world.ballots < UInt32(bounds.ballots) {
                events.append(.stand(node: index))
            }
            if features.leads, world.proposals < UInt32(bounds.proposals) {
                events.append(.propose(node: index))
            }
            if features.canTimeOut { events.append(.timeOut(node: index)) }
            if world.crashesLeft > 0 { events.append(.crash(node: index)) }
        }
        for message in world.messages { events.append(.deliver(message: Int(message))) }
        return events
    }

    private mutating func successor(of world: SmallWorld, _ event: Event) -> Successor {
        let place = place(of: event)
        let made = table.transition(
            event, at: world.node(place), proposals: Int(world.proposals))
        if world.ballots + made.ballots > UInt32(bounds.ballots) { return .beyondBounds }
        if let violation = made.violation { return .violation(violation) }
        if made.isQuiet(at: world.node(place)), made.sent.allSatisfy(world.messages.contains) {
            return .same
        }
        var next = world
        next.setNode(place, made.node)
        next.ballots += made.ballots
        if case .propose = event { next.proposals += 1 }
        if let sentence = announce(made.announced, &next) { return .violation(sentence) }
        for message in made.sent { next.add(message) }
        if case .crash = event { noteCrash(&next) }
        if next.crashesLeft == 0, let sentence = flushFollowers(&next) {
            return .violation(sentence)
        }
        forgetSpent(&next)
        return .world(next)
    }

    private func announce(
        _ announced: [Transition.Announcement], _ world: inout SmallWorld
    ) -> String? {
        for decided in announced {
            let known = world.announced(decided.slot)
            if world.announce(decided.slot, decided.value) { continue }
            return "Agreement: slot \(decided.slot) was announced as"
                + " \(HistoryText.text(table.value(known))) and as"
                + " \(HistoryText.text(table.value(decided.value)))"
        }
        return nil
    }

    private func place(of event: Event) -> Int {
        switch event {
        case .deliver(let message): table.envelope(UInt32(message)).receiver
        case .flush(let node), .stand(let node), .propose(let node), .timeOut(let node),
            .crash(let node):
            node
        }
    }

    private mutating func noteCrash(_ world: inout SmallWorld) {
        world.crashesLeft -= 1
        guard world.crashesLeft == 0 else { return }
        for index in 0..<bounds.acceptors {
            world.setNode(index, table.withoutDisk(world.node(index)))
        }
    }

    // MARK: Fewer worlds that stand for all

    /// When nobody dies any more, the boxes of a replica that neither leads nor stands become durable at
    /// once: that only lets their messages leave, and a message that leaves early may still come late.
    private mutating func flushFollowers(_ world: inout SmallWorld) -> String? {
        for index in 0..<bounds.acceptors {
            while true {
                let features = table.features(world.node(index))
                guard features.canFlush, features.isFollower else { break }
                let made = table.transition(
                    .flush(node: index), at: world.node(index), proposals: 0)
                if let violation = made.violation { return violation }
                world.setNode(index, made.node)
                if let sentence = announce(made.announced, &world) { return sentence }
                for message in made.sent { world.add(message) }
            }
        }
        return nil
    }

    /// Leaves out messages that can do nothing any more.
    private mutating func forgetSpent(_ world: inout SmallWorld) {
        // A broken rule may be just that something is not spent.
        guard bounds.injectedBug == nil else { return }
        for message in Array(world.messages) {
            let envelope = table.envelope(message)
            guard envelope.isSpentOnceInert(mayRestart: world.crashesLeft > 0) else { continue }
            let node = world.node(envelope.receiver)
            let made = table.transition(.deliver(message: Int(message)), at: node, proposals: 0)
            if made.isQuiet(at: node), made.sent.isEmpty, made.violation == nil {
                world.remove(message)
            }
        }
    }

    // MARK: Reports

    private func counted() -> ExplorationProgress {
        var counted = progress
        counted.states = seen.count
        counted.replicaStates = table.nodeCount
        counted.messages = table.envelopeCount
        counted.coreSteps = table.transitionCount
        return counted
    }

    private func violated(
        _ sentence: String, _ state: UInt32, _ event: Event
    ) -> ExplorationReport {
        var history = [event]
        var state = state
        while state > 0 {
            history.append(origins[Int(state)].event)
            state = origins[Int(state)].state
        }
        let lines = history.reversed().map { event in
            switch event {
            case .deliver(let message): HistoryText.line(table.envelope(UInt32(message)))
            default: HistoryText.line(event)
            }
        }
        return ExplorationReport(
            progress: counted(), isComplete: false,
            violation: ExplorationReport.Violation(sentence: sentence, history: lines))
    }
}
