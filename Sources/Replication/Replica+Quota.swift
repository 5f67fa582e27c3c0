internal import EtcdMessages
internal import Paxos
internal import Protobuf
internal import StateMachine

/// The quota of the store is agreed upon like everything that apply depends on (P28): all replicas have the
/// one that the newest leader was started with.
extension Replica {
    /// For the node that leads: proposes its quota, unless the store has it.
    func agreeOnQuota() {
        guard leads, !isProposingQuota, machine.quotaBytes != configuration.quotaBytes else {
            return
        }
        isProposingQuota = true
        let request = SetQuotaRequest.with { $0.bytes = configuration.quotaBytes }
        propose(.setQuota, request: request.serializedBytes()) { [weak self] _ in
            self?.isProposingQuota = false
        }
    }

    /// Whether this node leads and has applied the first slot of its ballot.
    var leads: Bool {
        guard let leaderBallot, leaderBallot.replica == configuration.replica else { return false }
        return machine.leaderBallot?.round == leaderBallot.round
            && machine.leaderBallot?.replica == leaderBallot.replica.rawValue
    }
}
