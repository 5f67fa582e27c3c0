internal import Basics

/// Laggards: fetching decided slots from any peer, and serving them.
extension PaxosCore {
    /// Asks for what is missing if others know more and the stream does not bring it.
    mutating func tickCatchUp(into effects: inout Effects) {
        if let pull = catchUp.pull {
            let limit = Limits.catchUpHeartbeats * heartbeat
            if clock.running - pull.sentAt >= limit {
                ownMarks.hit(.catchUpGivenUp)
                catchUp.giveUp()
            }
        }
        let prefix = learner.decidedUpTo
        if leader != nil || decidedElsewhere <= prefix {
            catchUp.noteLevel(running: clock.running)
        }
        let stalled = catchUp.stalledMilliseconds(prefix: prefix, running: clock.running)
        if stalled >= heartbeat || lacksBase { pull(into: &effects) }
    }

    /// One request at a time, to the peer that knows most.
    mutating func pull(into effects: inout Effects) {
        let prefix = learner.decidedUpTo
        let pause = Limits.snapshotTimeouts * timeout
        guard leader == nil, lives.hasLearner, catchUp.pull == nil,
            !catchUp.awaitsSnapshot(running: clock.running, within: pause)
        else { return }
        guard !lacksBase,
            let source = catchUp.source(in: peers, prefix: prefix, ownPlace: ownPlace)
        else { return askForSnapshot(into: &effects) }
        guard outbox.unflushedBytes < configuration.unflushedBytes else {
            ownMarks.hit(.catchUpHeldByDisk)
            return catchUp.holdForDisk()
        }
        catchUp.begin(from: source, fromSlot: prefix.next, running: clock.running)
        let request = Message.CatchUpRequest(
            fromSlot: prefix.next, bytesMax: UInt32(clamping: configuration.chunkBytes))
        effects.messages.append(Effects.Outbound(to: source, .catchUpRequest(request)))
    }

    /// The highest decided mark that anybody told of.
    private var decidedElsewhere: Slot {
        max(peers.decidedUpTo, catchUp.stranger?.decidedUpTo ?? .zero)
    }

    /// How many peers come before this replica by their ids.
    private var ownPlace: Int {
        peers.indices.count { peers[$0].replica < configuration.replica }
    }

    /// A flush has ended: a request that waited for it leaves at once, or a laggard with a slow disk and a
    /// small chunk would be served one chunk per heartbeat, and never get level.
    mutating func pullIfHeld(into effects: inout Effects) {
        if catchUp.isHeldByDisk { pull(into: &effects) }
    }

    /// Fetched values are logged as learned: no watermark vouches for them after a restart (P9).
    mutating func receive(
        _ values: Message.CatchUpValues, from sender: ReplicaID, into effects: inout Effects
    ) {
        let before = learner.decidedUpTo
        if leader == nil, lives.hasLearner, !lacksBase { learn(values, into: &effects) }
        let isUseful = learner.decidedUpTo > before
        if values.values.isEmpty, values.truncatedUpTo >= values.fromSlot {
            catchUp.noteTruncated(
                by: sender, upTo: values.truncatedUpTo,
                hasState: values.decidedUpTo >= values.truncatedUpTo)
        }
        if !isUseful { ownMarks.hit(.catchUpUseless) }
        catchUp.end(from: sender, isUseful: isUseful)
        guard isUseful, !isHalted else {
            if catchUp.lacksLog(sender, above: before) { pull(into: &effects) }
            return
        }
        extendCandidacy()
        if decidedElsewhere > learner.decidedUpTo { pull(into: &effects) }
        tryToLead(into: &effects)
    }

    private mutating func learn(
        _ values: Message.CatchUpValues, into effects: inout Effects
    ) {
        var slot = values.fromSlot
        for value in values.values {
            if slot == learner.decidedUpTo.next {
                if case .reference = value {
                    halt(
                        "\(slot) holds a value by reference, which this version does"
                            + " not know how to fetch: upgrade this node", into: &effects)
                    return
                }
                if let accepted = acceptor.values[slot], accepted.value != value {
                    ownMarks.hit(.learnedOtherThanAccepted)
                }
                if !breaks(.learnedNotPersisted) {
                    outbox.append(.learned(slot: slot, value: value), bytes: value.byteCount)
                }
                deliver(
                    value, acceptedIn: nil, learnedInBox: outbox.openBox, into: &effects)
                advance(into: &effects)
                if isHalted { return }
            }
            slot = slot.next
        }
    }

    // MARK: Serving

    /// From memory, else from the log; an empty answer says how far decisions are known here.
    mutating func receive(
        _ request: Message.CatchUpRequest, from sender: ReplicaID, into effects: inout Effects
    ) {
        guard lives.hasLearner else { return }
        let bytesMax = min(Int(request.bytesMax), configuration.chunkBytes)
        if let values = learner.values(from: request.fromSlot, bytesMax: bytesMax) {
            ownMarks.hit(.catchUpFromMemory)
            serve(request.fromSlot, values, to: sender, into: &effects)
            return
        }
        // Above what is durable here, the log may hold an older ballot's value, which was not decided.
        let upTo = min(learner.tail.base, durableDecidedUpTo())
        let isInLog = request.fromSlot > truncatedUpTo && request.fromSlot <= upTo
        guard isInLog, let peer = peers.index(of: sender) else {
            ownMarks.hit(
                request.fromSlot > truncatedUpTo ? .catchUpWithoutValues : .catchUpTruncated)
            serve(request.fromSlot, [], to: sender, into: &effects)
            return
        }
        guard catchUp.beginLogRead(for: peer, running: clock.running, timeout: timeout) else {
            return
        }
        ownMarks.hit(.catchUpFromLog)
        effects.notices.append(
            .readLog(
                fromSlot: request.fromSlot, upTo: upTo,
                bytesMax: UInt32(clamping: bytesMax), for: sender))
    }

    mutating func sendLogRead(
        fromSlot: Slot, values: [Value], to receiver: ReplicaID, into effects: inout Effects
    ) {
        if let peer = peers.index(of: receiver) { catchUp.endLogRead(for: peer) }
        guard lives.hasLearner else { return }
        serve(fromSlot, values, to: receiver, into: &effects)
    }

    private func serve(
        _ fromSlot: Slot, _ values: [Value], to receiver: ReplicaID, into effects: inout Effects
    ) {
        // Without a state there is nothing to be had here of what the log has lost.
        let hasNothing = lacksBase && fromSlot <= truncatedUpTo
        let message = Message.CatchUpValues(
            fromSlot: fromSlot, values: values,
            decidedUpTo: hasNothing ? .zero : learner.decidedUpTo, truncatedUpTo: truncatedUpTo)
        effects.messages.append(Effects.Outbound(to: receiver, .catchUpValues(message)))
    }
}
