internal import Basics
internal import EtcdMessages
internal import Observability
internal import Paxos
internal import Protobuf
internal import StateMachine

/// Leases on the leader: its monotonic clock decides when they end, and the log ends them (P27).
extension Replica {
    /// Answers an inquiry of a node, this one perhaps, after a read round that begins with this turn's end: what is
    /// answered holds although this node may have been deposed without knowing.
    func answer(_ inquiry: LeaseInquiry, then: @escaping ([LeaseAnswer]) -> Void) {
        guard leaderBallot?.replica == configuration.replica, !isStopping else {
            return then(inquiry.items.map { _ in .later })
        }
        if injectedBug == .renewedThenRevoked {
            let now = clockMilliseconds()
            let keepsTime = keepsLeaseTime(now)
            return then(inquiry.items.map { keepsTime ? answer($0, now) : .later })
        }
        reads.add { [unowned self] result in
            let now = clockMilliseconds()
            guard result == .ready, keepsLeaseTime(now) else {
                return then(inquiry.items.map { _ in .later })
            }
            then(inquiry.items.map { answer($0, now) })
        }
    }

    private func answer(_ item: LeaseInquiry.Item, _ now: UInt64) -> LeaseAnswer {
        guard let place = machine.leases.place(of: item.id) else { return .unknown }
        switch item.purpose {
        case .renewal:
            let row = machine.leases.rows[place]
            guard leases.deadlines.renew(place, row, nowMilliseconds: now) else {
                marks.hit(.renewalWaitedForRevoke)
                return .later
            }
            metrics.leases.renewed.increment()
            return .lasts(row.ttlSeconds)
        case .remaining:
            return .lasts(leases.deadlines.remainingSeconds(place, nowMilliseconds: now))
        }
    }

    /// Brings the deadlines up to date; false if this node does not lead. A leadership begins with its Lead: all
    /// leases get their full time then, since nobody knows here what an earlier leader has promised.
    private func keepsLeaseTime(_ now: UInt64) -> Bool {
        guard leads, let ballot = machine.leaderBallot else {
            leases.ballot = nil
            _ = machine.leases.takeGranted()
            return false
        }
        guard leases.ballot == ballot, leases.generation == machine.leases.generation else {
            leases.ballot = ballot
            leases.generation = machine.leases.generation
            leases.endingAgain = []
            _ = machine.leases.takeGranted()
            leases.deadlines.begin(machine.leases, nowMilliseconds: now)
            return true
        }
        for place in machine.leases.takeGranted() {
            leases.deadlines.grant(place, machine.leases, nowMilliseconds: now)
        }
        return true
    }

    /// For the node that leads: has the log end what is over, some at a time, so that everything else goes on.
    func expireLeases(_ now: UInt64) {
        guard keepsLeaseTime(now), machine.leases.count > 0, !isStopping,
            let ballot = machine.leaderBallot,
            leases.endingCount(in: ballot) < Limits.leaseExpiriesUnderWay
        else { return }
        if let again = leases.endingAgain.first, again.atMilliseconds <= now {
            leases.endingAgain.removeFirst()
            return propose(again.ended, ballot)
        }
        let ended = leases.deadlines.takeEnded(
            machine.leases, nowMilliseconds: now, leasesMax: Limits.leasesPerExpiry,
            keysMax: Limits.leaseKeysPerExpiry)
        if !ended.isEmpty { propose(ended, ballot) }
    }

    private func propose(_ ended: [LeaseDeadlines.Ended], _ ballot: LeaderBallot) {
        let number = leases.nextNumber()
        leases.ending.append(LeaseDesk.Ending(number: number, ballot: ballot, ended: ended))
        onExpiry(ended.map(\.id))
        let request = ExpireLeasesRequest(ended, ballot).serializedBytes()
        propose(.expireLeases, request: request) { [unowned self] result in
            guard let ending = leases.takeEnding(number), ending.ballot == leases.ballot else {
                return
            }
            close(ending, result)
        }
    }

    /// A command of this leadership has come to its end.
    private func close(_ ending: LeaseDesk.Ending, _ result: ProposalResult) {
        let retryAt = clockMilliseconds() + Limits.leaseExpiryRetryMilliseconds
        switch result {
        case .applied(.leasesExpired):
            metrics.leases.expired.increment(by: UInt64(ending.ended.count))
        case .applied, .refused:
            // It did nothing and never will: until the next try, they may be renewed.
            leases.deadlines.postpone(ending.ended, machine.leases, untilMilliseconds: retryAt)
        case .unknown:
            // It may still end them: they cannot be renewed any more.
            leases.endingAgain.append((retryAt, ending.ended))
        }
    }

    /// The bug of that name: what this node wanted to end as the leader, it has ended by the next one.
    func resendExpiries(as ballot: Ballot) {
        guard injectedBug == .revokeResentBySuccessor else { return }
        let successor = LeaderBallot(
            round: ballot.round, replica: ballot.replica.rawValue,
            incarnation: ballot.incarnation.rawValue)
        let open = leases.ending.map(\.ended) + leases.endingAgain.map(\.ended)
        leases.endingAgain = []
        for ended in open { propose(ended, successor) }
    }
}

extension ExpireLeasesRequest {
    fileprivate init(_ ended: [LeaseDeadlines.Ended], _ ballot: LeaderBallot) {
        self.init()
        round = ballot.round
        replica = ballot.replica
        incarnation = ballot.incarnation
        leases = ended.map { lease in
            .with {
                $0.id = lease.id
                $0.grantSlot = lease.grantSlot
            }
        }
    }
}
