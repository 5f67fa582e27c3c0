internal import GRPC
internal import Replication

extension CallFailure {
    /// An order to change the members that was not carried out, or of which nobody knows.
    init(_ result: OrderResult) {
        switch result {
        case .done: preconditionFailure("no failure")
        case .refused(let refusal): self.init(refusal)
        case .notTaken(let refusal): self.init(refusal)
        case .timedOut: self.init(EtcdError.timedOut)
        }
    }

    /// In etcd's words where etcd has them.
    private init(_ refusal: OrderRefusal) {
        switch refusal {
        case .invalidURLs: self.init(EtcdError.invalidMemberURLs)
        case .urlsTaken: self.init(EtcdError.peerURLExists)
        case .memberNotFound: self.init(EtcdError.memberNotFound)
        case .notALearner: self.init(EtcdError.notALearner)
        case .learnerBehind: self.init(EtcdError.learnerNotReady)
        case .tooManyLearners: self.init(EtcdError.tooManyLearners)
        case .tooManyMembers:
            self.init(GRPCStatus(.failedPrecondition, "synod: there are too many members"))
        case .tooFewStarted: self.init(EtcdError.tooFewStartedMembers)
        case .unhealthy: self.init(EtcdError.unhealthy)
        }
    }
}
