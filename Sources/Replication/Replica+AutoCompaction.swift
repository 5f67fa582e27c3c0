internal import EtcdMessages
internal import MVCC
internal import Observability
internal import Paxos
internal import Protobuf
internal import StateMachine

extension Replica {
    /// Compacts what nobody wants to keep; the leader does, for all.
    func compactByItself(_ nowMilliseconds: UInt64) {
        let keyspace = machine.keyspace
        let revision = compactor.tick(
            nowMilliseconds: nowMilliseconds, revision: keyspace.revision, leads: leads)
        guard let revision else { return }
        // Somebody else was faster, or nothing was written since.
        guard revision > keyspace.compactedRevision else {
            return compactor.ended(nowMilliseconds: nowMilliseconds, isDone: true)
        }
        let request = CompactionRequest.with { $0.revision = revision }
        propose(.compactionByItself, request: request.serializedBytes()) { [weak self] result in
            self?.compactionEnded(revision, result)
        }
    }

    private func compactionEnded(_ revision: Int64, _ result: ProposalResult) {
        let isDone =
            switch result {
            case .applied(.compaction), .applied(.failed(.compacted)): true
            case .applied, .refused, .unknown: false
            }
        compactor.ended(nowMilliseconds: clockMilliseconds(), isDone: isDone)
        if isDone {
            logger.info("compacted by itself", ["revision": "\(revision)"])
        } else {
            logger.warning(
                "compacting by itself failed",
                ["revision": "\(revision)", "outcome": "\(result)"])
        }
    }
}
