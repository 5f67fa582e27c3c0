internal import Basics

/// What those say who are no members, as far as is known here: they left, or they came by a change that is
/// not known here yet. The one who has not heard of the other's configuration is told, or asks (P24).
extension PaxosCore {
    /// Whether the candidate left: it does not know a change that is known here. One that asks for later slots
    /// knows all that is known here, and more.
    func hasLeft(_ prepare: Message.Prepare) -> Bool {
        prepare.fromSlot <= configurationSlot && !breaks(.removedNodeDisturbs)
    }

    /// There is a connection to somebody who is no member, as far as is known here.
    mutating func meet(stranger replica: ReplicaID) {
        let isNew = !strangers.contains(replica)
        if isNew, strangers.count < Limits.strangersGreeted { strangers.append(replica) }
    }

    mutating func lose(stranger replica: ReplicaID) {
        strangers.removeAll { $0 == replica }
        catchUp.lose(replica)
    }

    /// Whoever hears no leader may have been away while all that it knows left: those that came after them know
    /// what has become of it.
    mutating func greetStrangers(_ heartbeat: Message, into effects: inout Effects) {
        guard leader == nil, !election.isLeaderLive(running: clock.running) else { return }
        for stranger in strangers {
            effects.messages.append(Effects.Outbound(to: stranger, heartbeat))
        }
    }

    mutating func tellRemoved(_ replica: ReplicaID, into effects: inout Effects) {
        ownMarks.hit(.removalTold)
        let removed = Message.Removed(slot: configurationSlot)
        effects.messages.append(Effects.Outbound(to: replica, .removed(removed)))
    }

    /// A stranger's vote or word is counted nowhere. What it says is decided, is decided.
    mutating func receive(
        _ message: Message, fromStranger replica: ReplicaID, into effects: inout Effects
    ) {
        switch message {
        case .probe(let probe):
            guard probe.decidedUpTo >= configurationSlot else {
                if breaks(.removedNodeDisturbs) { return grant(probe, to: replica, into: &effects) }
                return tellRemoved(replica, into: &effects)
            }
            note(probe.decidedUpTo, of: replica)
        case .heartbeat(let heartbeat):
            if membership.seat(of: replica) == nil { retireIfSettled(replica, into: &effects) }
            guard heartbeat.decidedUpTo >= configurationSlot else { return }
            note(heartbeat.decidedUpTo, of: replica)
            // A leader that this replica is to follow soon must not take it for dead meanwhile.
            if heartbeat.isLeader { answer(heartbeat, from: replica, into: &effects) }
        case .catchUpValues(let values):
            guard catchUp.pull?.replica == replica else { return }
            note(values.decidedUpTo, of: replica)
            ownMarks.hit(.fetchedFromStranger)
            receive(values, from: replica, into: &effects)
        default:
            break
        }
    }

    /// The bug of that name.
    private func grant(
        _ probe: Message.Probe, to replica: ReplicaID, into effects: inout Effects
    ) {
        let hearsLeader = leader != nil || election.isLeaderLive(running: clock.running)
        let answer = Message.ProbeAnswer(
            number: probe.number, wouldPromise: !hearsLeader, promised: acceptor.promised,
            decidedUpTo: learner.decidedUpTo)
        effects.messages.append(Effects.Outbound(to: replica, .probeAnswer(answer)))
    }

    private mutating func note(_ decidedUpTo: Slot, of replica: ReplicaID) {
        guard needsSnapshot(upTo: decidedUpTo) else { return }
        catchUp.note(CatchUp.Stranger(replica: replica, decidedUpTo: decidedUpTo))
    }
}
