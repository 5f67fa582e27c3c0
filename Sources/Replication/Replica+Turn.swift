internal import Basics
internal import Observability
internal import Paxos
internal import StateMachine
internal import Watching
internal import WriteAheadLog

/// The end of a turn: the one place where effects are performed, in one order: what may leave, records
/// to the log, decided slots to the state machine, then the clients' answers (P36).
extension Replica {
    /// Called once when the loop has handled what came in, before it waits.
    package func endOfTurn() {
        let now = clockMilliseconds()
        log.drainCompletions(nowMilliseconds: now)
        drainBase()
        if log.isIdle { step(.logIdle) }
        closeLeaseInquiries()
        closeBundle()
        closeReads()
        step(.endOfTurn)
        performEffects()
        applyDecided()
        boundDecided()
        watches.advance(machine.keyspace)
        keepHouse()
        performEffects()
        log.flush(nowMilliseconds: now)
        outbound.drain(nowMilliseconds: now) { peer, messages in link?.send(messages, to: peer) }
        answer()
        serveWatches()
        if decidedQueue.first != nil, hasLearner, !mustWaitToApply {
            marks.hit(.applyBudgetSpent)
            requestTurn()
        }
    }

    private func performEffects() {
        while !effects.isEmpty {
            swap(&effects, &performing)
            for outgoing in performing.messages { outbound.add(outgoing) }
            for box in performing.boxes { persist(box) }
            for decided in performing.decided { decidedQueue.append(decided) }
            if let onDecided { performing.decided.forEach(onDecided) }
            metrics.proposalsCommitted.increment(by: UInt64(performing.decided.count))
            for notice in performing.notices { follow(notice) }
            performing.removeAll()
        }
    }

    private func persist(_ box: Effects.Box) {
        waitingRoom.keep(box)
        prefetch(box.records)
        log.append(box.records, boxNumber: box.number + Self.boxesBeforeCore)
    }

    /// The log's first box holds the genesis, the core's boxes follow.
    private static let boxesBeforeCore: UInt64 = 1

    /// Wires the log's reports to the core and to the messages that wait, and hears of a base without room.
    func listenToDisk() {
        log.onStarted = { [unowned self] in started() }
        log.onDurable = { [unowned self] box in durable(upTo: box) }
        log.onFirstSegment = { [unowned self] in
            identity.hasLog = true
            saveIdentity(identity)
        }
        log.onTrouble = { [unowned self] trouble in lacksSpace(trouble) }
        flusher?.onLackOfRoom = { [unowned self] in baseLacksRoom() }
        log.onFlush = { [metrics] seconds, bytes in
            metrics.logWrites.bytes.increment(by: UInt64(bytes))
            metrics.logFlush.observe(nanoseconds: UInt64(seconds * 1e9))
        }
    }

    private func started() {
        tellVote()
        onStarted()
        follow(formation.start())
        requestTurn()
    }

    private func durable(upTo box: UInt64) {
        completeGenesis()
        guard box > Self.boxesBeforeCore else { return }
        let number = box - Self.boxesBeforeCore
        waitingRoom.release(upTo: number) { outbound.add($0) }
        step(.durable(boxNumber: number))
    }

    private func follow(_ notice: Effects.Notice) {
        switch notice {
        case .leaderChanged(let ballot): leaderChanged(ballot)
        case .readReady(let number, let slot):
            if slot > appliedSlot { marks.hit(.readWaitedForApply) }
            reads.confirm(upTo: number, slot: slot.rawValue)
        case .readLog(let from, let upTo, let bytesMax, let peer):
            readLog(from: from, upTo: upTo, bytesMax: bytesMax, for: peer)
        case .dropMessages(let box): waitingRoom.drop(upTo: box)
        case .changeEnded(let number, let outcome): endChange(number, outcome)
        case .removed(let slot): noteRemoval(by: slot)
        case .retired(let slot): retire(by: slot)
        case .snapshotNeeded(let peer, let slot): askForSnapshot(peer, atLeast: slot)
        case .overloaded: metrics.proposalsFailed.increment()
        case .fatal(let report): halt(report)
        }
    }

    private func leaderChanged(_ ballot: Ballot?) {
        if let leaderBallot, leaderBallot != ballot {
            leaderLostAtMilliseconds = clockMilliseconds()
            if ballot == nil { marks.hit(.leaderLost) }
        }
        leaderBallot = ballot
        metrics.hasLeader.set(ballot == nil ? 0 : 1)
        metrics.isLeader.set(ballot?.replica == configuration.replica ? 1 : 0)
        guard let ballot else { return logger.warning("no leader is known") }
        leaderChangesSeen += 1
        metrics.leaderChangesSeen.increment()
        logger.info(
            "a leader is known",
            ["leader": "\(hexadecimal(ballot.replica.rawValue))", "round": "\(ballot.round)"])
        reads.noteLeader()
        sendUnansweredAgain()
        resendExpiries(as: ballot)
        endMoves(by: ballot)
        giveOrdersAgain()
        askAboutLeasesAgain()
    }

    private func readLog(from: Slot, upTo: Slot, bytesMax: UInt32, for peer: ReplicaID) {
        let budget = Int(min(bytesMax, Limits.catchUpBytes))
        log.readDecided(fromSlot: from, upTo: upTo, bytesMax: budget) { [unowned self] result in
            switch result {
            case .success(let values): step(.logRead(fromSlot: from, values: values, for: peer))
            case .failure(let error): logger.error("reading back the log failed: \(error)")
            }
        }
    }

    /// Calls everybody whose wait has ended; they may propose and read again at once.
    private func answer() {
        swap(&endedProposals, &answering)
        for end in answering { end.completion(end.result) }
        answering.removeAll(keepingCapacity: true)
        let reached = injectedBug == .readBeforeApplied ? UInt64.max : appliedSlot.rawValue
        for ready in reads.takeReady(appliedSlot: reached) { ready(.ready) }
        if bundle.commandCount > 0 || reads.hasArriving || canAskAboutLeases {
            requestTurn()
        }
    }
}
