internal import Replication

extension Replica {
    /// Whether a client may expect an answer: a leader is known and nothing keeps this node apart.
    var isServing: Bool {
        let status = status
        return status.leader != 0 && status.problem == nil
    }
}
