internal import Basics
internal import MVCC
internal import Observability
internal import Paxos
internal import Rows
internal import StateMachine
internal import Watching
internal import WriteAheadLog

/// The lower end of the log: what the base makes unnecessary, and what comes in its place. Whoever lacks slots that
/// have left the logs takes over a whole state (P30, P31, P34).
extension Replica {
    /// The base has every slot up to here, durably: the log may lose what it need not keep for peers that lag.
    func baseIsDurable(upTo slot: Slot) {
        baseSlot = slot
        let truncatable = log.truncatable(upTo: slot)
        if truncatable > .zero { step(.truncate(upTo: truncatable)) }
        requestTurn()
    }

    // MARK: Snapshots

    /// Slots are missing that only a snapshot has.
    func askForSnapshot(_ peer: ReplicaID, atLeast slot: Slot) {
        tellOfNeed(peer, slot)
        taker?.ask(peer, atLeast: slot.rawValue, nowMilliseconds: clockMilliseconds())
    }

    /// The core asks again and again: the operator hears of it once, and then now and then.
    private func tellOfNeed(_ peer: ReplicaID, _ slot: Slot) {
        guard
            needReminder.isDue(
                every: Limits.tellOfNeedMilliseconds, nowMilliseconds: clockMilliseconds())
        else { return }
        guard taker != nil else { return logger.error(Self.noBaseProblem) }
        logger.warning(
            "slots are missing that have left the logs: a snapshot is needed",
            [
                "peer": "\(hexadecimal(peer.rawValue))",
                "slot": .integer(Int(slot.rawValue)),
            ])
    }

    /// A peer says something about a snapshot.
    func receive(_ message: SnapshotMessage, from peer: ReplicaID) {
        guard let giver, let taker else {
            if case .ask = message { say(SnapshotMessage.offer(nil).encoded, to: peer) }
            return
        }
        let now = clockMilliseconds()
        switch message {
        case .ask(let slot): offerSnapshot(giver, atLeast: slot, to: peer, now)
        case .read(let slot, let file, let offset, let bytesMax):
            giver.read(
                slot: slot, file: file, offset: offset, bytesMax: bytesMax, for: peer,
                nowMilliseconds: now)
        case .offer(let description):
            taker.receive(description, from: peer, nowMilliseconds: now)
        case .bytes(let slot, let file, let offset, let bytes):
            taker.receive(
                slot: slot, file: file, offset: offset, bytes: bytes, from: peer,
                nowMilliseconds: now)
        case .making:
            taker.noteMaking(by: peer, nowMilliseconds: now)
        case .damaged(let slot):
            marks.hit(.snapshotFoundDamaged)
            giver.discard(slot)
            log.pin(above: giver.oldestSlot.map { Slot($0) })
        }
    }

    /// One that is not new enough is followed by a flush: the peer asks again.
    private func offerSnapshot(
        _ giver: SnapshotGiver, atLeast slot: UInt64, to peer: ReplicaID, _ now: UInt64
    ) {
        marks.hit(.snapshotAsked)
        // A wrong state is nobody's.
        if divergence != nil { return say(SnapshotMessage.offer(nil).encoded, to: peer) }
        if baseSlot.rawValue < slot { startFlush() }
        giver.offer(atLeast: slot, to: peer, nowMilliseconds: now)
        log.pin(above: giver.oldestSlot.map { Slot($0) })
    }

    func tickSnapshots(_ now: UInt64) {
        if configuration.injectedBug?.paxos == .installOverNewer, let leaderBallot, isMember {
            taker?.ask(leaderBallot.replica, atLeast: 1, nowMilliseconds: now)
        }
        taker?.tick(nowMilliseconds: now)
        backups?.tick(nowMilliseconds: now)
        noteSources()
        guard let giver, giver.tick(nowMilliseconds: now) else { return }
        log.pin(above: giver.oldestSlot.map { Slot($0) })
    }

    private func noteSources() {
        guard let taker, taker.changesOfSource > notedChangesOfSource else { return }
        notedChangesOfSource = taker.changesOfSource
        marks.hit(.snapshotSourceChanged)
    }

    /// Once in a turn: a snapshot that is complete takes the place of the base, when no flush is at work and if it
    /// has what is missing (P34). What is learned in this way is not learned while the learner is dead.
    func installSnapshot() {
        guard let taker, let slot = taker.completeSlot, flusher?.isRunning == false, hasLearner,
            !machine.isApplying, !isFetchingForApply
        else { return }
        guard needsSnapshot(upTo: Slot(slot)) else {
            marks.hit(.snapshotOutrun)
            return taker.giveUp()
        }
        taker.finish { [unowned self] in takeOver() }
    }

    /// Whether a snapshot of the state up to this slot would be of use: what was missing may have come in another way.
    private func needsSnapshot(upTo slot: Slot) -> Bool {
        if configuration.injectedBug?.paxos == .installOverNewer { return true }
        return slot > appliedSlot && core?.needsSnapshot(upTo: slot) == true
    }

    /// The base is another one, durably: the state machine begins anew on it, and then the core hears of it.
    private func takeOver() {
        guard let desk else { preconditionFailure("a snapshot without a base") }
        do {
            let tables = try desk.base.tables()
            try machine.restore(tables, over: desk.base.keys)
            guard let governing = try GoverningMembership(in: tables) else {
                throw KeyBaseError("the snapshot names no members")
            }
            begin(at: Slot(machine.appliedSlot), governing)
            shareMemory()
        } catch {
            halt("the snapshot that was installed cannot be used: \(error)")
        }
    }

    /// Goes on from a state that came in a snapshot. Whoever waits for the result of a command that it covers is not
    /// answered by it (P20).
    private func begin(at slot: Slot, _ governing: GoverningMembership) {
        marks.hit(.snapshotInstalled)
        baseSlot = slot
        appliedSlot = slot
        appliedBytesSinceFlush = 0
        lacksBase = false
        needReminder.end()
        backups?.note(slot: slot.rawValue, machine.keyspace.counters)
        decidedQueue.drop(upTo: slot)
        step(
            .installed(
                InstalledSnapshot(
                    slot: slot, governing: governing,
                    logTimeMilliseconds: machine.logTimeMilliseconds)))
        step(.applied(upTo: slot))
        if governing.slot > self.governing?.slot ?? .zero {
            govern(by: governing)
            end(orders.takeDoubtful())
        }
        logger.info("a snapshot was installed", ["slot": .integer(Int(slot.rawValue))])
        watches.stateReplaced(machine.keyspace)
        onInstalled(slot)
        requestTurn()
    }

    /// What the operator should know of slots that only a snapshot has; nil while none are missing.
    var snapshotProblem: String? {
        if lacksBase, desk != nil { return isAlone ? Self.loneBaseProblem : Self.baseProblem }
        if lacksBase { return Self.noBaseProblem }
        return desk == nil && needReminder.isOn ? Self.noBaseProblem : nil
    }

    /// Whether there is nobody else who could give anything.
    private var isAlone: Bool { membership?.seats.count == 1 }

    /// Why nothing can be served any more.
    private static let loneBaseProblem =
        "the base lacks slots that have left the log, and there is no other member to give them: put back the base "
        + "that belongs to this log, or restore a backup; one that was damaged is kept below base, as damaged-…"
    /// Why nothing can be served before a snapshot has come.
    static let baseProblem =
        "the base lacks slots that have left the log: this node votes, and waits for a snapshot from a peer"
    /// Why this node cannot catch up: what it took into memory would be gone with the process (P34).
    private static let noBaseProblem =
        "slots are missing that have left the logs, and a node that keeps everything in memory takes no snapshot: "
        + "start it with --storage disk"
}
