internal import Basics
internal import Observability
internal import Paxos
internal import PaxosCodec

/// A leader gives seats and votes without being asked (P5, P25).
extension Replica {
    /// Called with each tick.
    func admitPeers(_ now: UInt64) {
        guard let core, leaderBallot?.replica == configuration.replica else {
            return admission.forget()
        }
        guard admission.isDue(now) else { return }
        let status = core.status
        // Before its Lead is decided a leader may know less than was decided.
        guard status.role == .leader, status.isReadable else { return admission.forget() }
        admission.note(status.decidedUpTo, at: now)
        guard !isAdmitting, !isStopping else { return }
        let step = admission.next(
            in: core.membership, presence: { self.presence(of: $0) },
            durableUpTo: { replica in
                status.peers.first { $0.replica == replica }?.durableUpTo ?? .zero
            })
        if let step { take(step, in: core.membership) }
    }

    /// The life of this replica that is connected now, and belongs to this cluster.
    private func presence(of replica: ReplicaID) -> Admission.Presence? {
        guard peers.isConnected(replica), let hello = peers.hello(of: replica),
            !hello.isClusterless, hello.cluster == clusterID
        else { return nil }
        return Admission.Presence(
            incarnation: hello.incarnation, name: hello.name, clientURLs: hello.clientURLs)
    }

    private func take(_ step: Admission.Step, in membership: Membership) {
        isAdmitting = true
        change(to: membership.with(step.seat)) { [weak self] outcome in
            guard let self else { return }
            isAdmitting = false
            guard case .decided(let slot) = outcome else { return }
            noteAdmission(step, slot)
        }
    }

    private func noteAdmission(_ step: Admission.Step, _ slot: Slot) {
        let news: String
        switch step {
        case .give:
            marks.hit(.seatGiven)
            news = "a member's seat was given to the directory that presented itself"
        case .promote:
            marks.hit(.voterPromoted)
            news = "a member has caught up and votes from now on"
        }
        logger.info(
            news, ["member": "\(step.seat.name)", "slot": .integer(Int(slot.rawValue))])
    }
}
