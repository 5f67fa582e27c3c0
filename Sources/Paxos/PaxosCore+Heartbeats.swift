internal import Basics

/// Signs of life (P13): from everybody to everybody, with the leader that the sender is or hears (P15).
extension PaxosCore {
    mutating func sendHeartbeatIfDue(into effects: inout Effects) {
        guard clock.running >= nextHeartbeatAt else { return }
        nextHeartbeatAt = clock.running + heartbeat
        sendHeartbeat(into: &effects)
    }

    mutating func sendHeartbeat(into effects: inout Effects) {
        heartbeatNumber += 1
        heartbeatTimes[Int(heartbeatNumber % UInt64(Limits.heartbeatsRemembered))] = clock.now
        let message = Message.heartbeat(ownHeartbeat())
        for peer in peers.indices { send(message, to: peer, into: &effects) }
        greetStrangers(message, into: &effects)
        leader?.noteAnnounced(learner.decidedUpTo)
    }

    private func ownHeartbeat() -> Message.Heartbeat {
        var ballot = Ballot.zero
        var silence: UInt64 = 0
        if let leader {
            ballot = leader.ballot
            silence = contactAge
        } else if let heard = election.leader, election.isLeaderLive(running: clock.running) {
            ballot = heard.ballot
            silence = heard.contactAge + (clock.running - heard.heardAt)
        }
        return Message.Heartbeat(
            number: heartbeatNumber, ballot: ballot, isLeader: leader != nil,
            silenceMilliseconds: UInt32(clamping: silence), decidedUpTo: learner.decidedUpTo,
            unflushedMilliseconds: unflushedMilliseconds)
    }

    mutating func receive(
        _ heartbeat: Message.Heartbeat, peer: Int, into effects: inout Effects
    ) {
        let sender = peers[peer].replica
        let silence = UInt64(heartbeat.silenceMilliseconds)
        election.note(heartbeat.ballot)
        peers[peer].unflushedMilliseconds = heartbeat.unflushedMilliseconds
        peers[peer].decidedUpTo = max(peers[peer].decidedUpTo, heartbeat.decidedUpTo)
        peers[peer].heardLeader = heartbeat.ballot == .zero ? nil : heartbeat.ballot
        peers[peer].heardLeaderAt = clock.running - min(clock.running, silence)
        if heartbeat.isLeader && heartbeat.ballot.replica == sender {
            hearLeader(heartbeat.ballot, from: sender, contactAge: silence, into: &effects)
            hearDecided(
                heartbeat.ballot, upTo: heartbeat.decidedUpTo, from: sender, into: &effects)
            if lives.hasAcceptor, heartbeat.ballot < acceptor.promised {
                ownMarks.hit(.heartbeatRejected)
                let reject = Message.Reject(
                    ballot: heartbeat.ballot, promised: acceptor.promised,
                    knowsLiveLeader: knowsLiveLeaderAtPromise)
                effects.messages.append(Effects.Outbound(to: sender, .reject(reject)))
            }
        }
        answer(heartbeat, from: sender, into: &effects)
    }

    /// The acceptor's answer: it tells a leader that a vote may be counted on, so that a dead one says
    /// nothing.
    mutating func answer(
        _ heartbeat: Message.Heartbeat, from sender: ReplicaID, into effects: inout Effects
    ) {
        guard lives.hasAcceptor else { return }
        let answer = Message.HeartbeatAnswer(
            number: heartbeat.number, promised: acceptor.promised,
            durableUpTo: acceptor.durableUpTo(durableBox: outbox.durableBox),
            configurationSlot: durableConfigurationSlot,
            unflushedMilliseconds: unflushedMilliseconds)
        effects.messages.append(Effects.Outbound(to: sender, .heartbeatAnswer(answer)))
    }

    mutating func receive(_ answer: Message.HeartbeatAnswer, peer: Int) {
        election.note(answer.promised)
        peers[peer].unflushedMilliseconds = answer.unflushedMilliseconds
        peers[peer].durableUpTo = max(peers[peer].durableUpTo, answer.durableUpTo)
        peers[peer].configurationSlot = max(
            peers[peer].configurationSlot, answer.configurationSlot)
        let age = heartbeatNumber - min(heartbeatNumber, answer.number)
        if answer.number <= heartbeatNumber && age < UInt64(Limits.heartbeatsRemembered) {
            let sentAt = heartbeatTimes[
                Int(answer.number % UInt64(Limits.heartbeatsRemembered))]
            let roundTrip = clock.now - min(clock.now, sentAt)
            peers[peer].roundTripMilliseconds = min(roundTrip, timeout)
        }
        guard let ballot = leader?.ballot, answer.promised <= ballot else { return }
        let silence = clock.running - (peers[peer].answeredAt ?? clock.running)
        if silence > 2 * self.heartbeat { leader?.hurry(peer, running: clock.running) }
        peers[peer].answeredAt = clock.running
        let wasPulling = leader?.flows[peer].isPulling
        leader?.noteDurable(
            answer.durableUpTo, peer: peer, roundTrip: peers[peer].roundTripMilliseconds,
            bytesMax: configuration.followerBytes, running: clock.running)
        if wasPulling == true, leader?.flows[peer].isPulling == false {
            ownMarks.hit(.followerStreamedAgain)
        }
    }

    // MARK: Connections

    mutating func connected(_ replica: ReplicaID, into effects: inout Effects) {
        guard let peer = peers.index(of: replica) else { return meet(stranger: replica) }
        peers[peer].isConnected = true
        send(.heartbeat(ownHeartbeat()), to: peer, into: &effects)
        leader?.resume(peer, running: clock.running)
        resendOpenSlots(to: peer, into: &effects)
        if leader == nil { barrier.abandon() }
    }

    /// A hint, never a proof: a leader that is lost to a quorum is replaced at once, in ranked order.
    mutating func disconnected(_ replica: ReplicaID, into effects: inout Effects) {
        guard let peer = peers.index(of: replica) else { return lose(stranger: replica) }
        peers[peer].isConnected = false
        peers[peer].heardLeader = nil
        leader?.cut(peer)
        catchUp.lose(replica)
        if leader == nil { barrier.abandon() }
        forgetRoute(over: replica, into: &effects)
        if election.lose(replica) {
            ownMarks.hit(.leaderSuspected)
            // What the others said of it before this moment is no news of its life.
            for index in peers.indices where peers[index].heardLeader?.replica == replica {
                peers[index].heardLeader = nil
            }
            grantLate(into: &effects)
            tickElection(into: &effects)
        }
    }

    // MARK: Rules

    /// The age of this leader's last contact with a quorum.
    var contactAge: UInt64 {
        peers.quorumContactAge(
            quorum: quorum, isVoter: votingPlace != nil, running: clock.running)
    }

    var unflushedMilliseconds: UInt32 {
        UInt32(clamping: outbox.oldestUnflushed.map { clock.running - $0 } ?? 0)
    }
}
