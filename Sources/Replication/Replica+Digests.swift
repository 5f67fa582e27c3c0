internal import EtcdMessages
internal import Observability
internal import Paxos
internal import Protobuf
internal import Rows
internal import StateMachine

/// Each node reports the digest of its state now and then, and stops serving when it learns that its own is
/// wrong.
extension Replica {
    /// Proposes the newest digest that was not reported, one at a time.
    func reportDigest() {
        noteDivergence()
        guard !isReportingDigest, leaderBallot != nil, let newest = machine.newestDigest,
            newest.slot > reportedSlot
        else { return }
        isReportingDigest = true
        reportedSlot = newest.slot
        let request = ReportDigestRequest.with {
            $0.member = configuration.replica.rawValue
            $0.slot = newest.slot
            $0.digest = newest.digest
        }
        propose(.reportDigest, request: request.serializedBytes()) { [weak self] _ in
            self?.isReportingDigest = false
        }
    }

    /// Why this node's answers cannot be trusted; nil if nobody knows them to be wrong.
    var divergence: String? {
        machine.wrongSlot.map {
            "the state of this node is not that of the others, since slot \($0) at the latest: it serves"
                + " nothing until it is started again, which builds its state anew"
        }
    }

    private func noteDivergence() {
        guard !hasToldDivergence, let divergence else { return }
        hasToldDivergence = true
        logger.error(divergence)
        // Else the next start would go on from the wrong state.
        desk?.base.condemn()
    }
}
