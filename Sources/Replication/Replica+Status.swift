internal import MVCC
internal import Rows
package import Basics
internal import Observability
package import Paxos
internal import PaxosCodec
internal import StateMachine
package import WriteAheadLog

/// Views for doors and operators.
extension Replica {
    package var status: ReplicaStatus {
        var status = ReplicaStatus()
        status.leader = leaderBallot?.replica.rawValue ?? 0
        status.isLeader = leaderBallot?.replica == configuration.replica
        status.isLearner = isLearner
        status.appliedSlot = appliedSlot.rawValue
        status.decidedSlot = appliedSlot.rawValue
        status.leaderChangesSeen = leaderChangesSeen
        status.proposalsPending = proposals.unansweredCount
        status.logBytes = log.byteCount
        let problem =
            formation.problem ?? lifeProblem ?? roleProblem ?? divergence
            ?? snapshotProblem ?? memberProblem ?? spaceProblem
        let problems = [problem, progressProblem].compactMap(\.self)
        status.problem = problems.isEmpty ? nil : problems.joined(separator: "; ")
        status.progress = progress
        status.deadRoles = deadRoles.map(\.rawValue)
        if let core { fill(&status, from: core.status) }
        return status
    }

    /// Brings the gauges up to date.
    func report() {
        metrics.proposalsPending.set(proposals.unansweredCount)
        metrics.slotsApplied.set(appliedSlot.rawValue)
        metrics.slotsDecided.set((decidedQueue.last ?? appliedSlot).rawValue)
        metrics.logBytes.set(log.byteCount)
        metrics.logWrites.note(
            filled: log.marks[.segmentFilled], revived: log.marks[.segmentRevived])
        metrics.tableBytes.set(machine.keyspace.memoryBytes)
        if let desk { metrics.baseBytes.set(desk.base.byteCount) }
        metrics.blockingReads.set(machine.blockingReadCount)
        metrics.sessions.set(machine.sessionCount)
        metrics.sessionRetries.set(machine.sessionRetryCount)
        metrics.leases.note(
            granted: machine.leases.grantedCount, revoked: machine.leases.revokedCount,
            live: machine.leases.count, attachedKeys: machine.leases.attachedCount)
        noteRoles()
        noteSpace()
    }

    /// The rare things that the core of this process noticed.
    package var paxosMarks: MarkCounter<PaxosMark> { core?.marks ?? MarkCounter() }

    /// The rare things that the log of this process noticed.
    package var logMarks: MarkCounter<LogMark> { log.marks }

    /// The round of the highest ballot seen: what etcd calls the term; cheap, for every header.
    package var ballotRound: UInt64 { core?.promised.round ?? durableState?.promised.round ?? 0 }

    package var members: [MemberView] { membership.map(views) ?? [] }

    /// How these members look to clients.
    package func views(of membership: Membership) -> [MemberView] {
        membership.seats.map { seat in
            MemberView(
                id: seat.replica.rawValue, name: seat.name, peerURLs: seat.peerURLs,
                clientURLs: clientURLs(of: seat), isLearner: seat.kind == .learner)
        }
    }

    private func clientURLs(of seat: Seat) -> [String] {
        if seat.replica == configuration.replica { return configuration.clientURLs }
        return peers.hello(of: seat.replica)?.clientURLs ?? seat.clientURLs
    }

    private func fill(_ status: inout ReplicaStatus, from core: PaxosCore.Status) {
        status.ballotRound = core.promised.round
        status.decidedSlot = max(core.decidedUpTo.rawValue, status.appliedSlot)
        status.peers = core.peers.map { peer in
            ReplicaStatus.PeerStatus(
                id: peer.replica.rawValue,
                name: membership?.seat(of: peer.replica)?.name ?? "",
                condition: ReplicaStatus.PeerCondition(peer.health),
                roundTripMilliseconds: peer.roundTripMilliseconds,
                lastHeardMilliseconds: peer.silenceMilliseconds)
        }
    }
}

extension ReplicaStatus.PeerCondition {
    fileprivate init(_ health: PaxosCore.PeerHealth) {
        switch health {
        case .up: self = .up
        case .suspect: self = .suspect
        case .down: self = .down
        }
    }
}

/// A number as clients and operators see ids.
func hexadecimal(_ number: UInt64) -> String { String(number, radix: 16) }
