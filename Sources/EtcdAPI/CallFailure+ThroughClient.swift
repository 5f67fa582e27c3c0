internal import GRPC

extension CallFailure {
    /// The same as etcd's Lock and Election give it away: they ask the store through etcd's own client, which keeps the
    /// text and loses the code. That there is no leader, or no answer in time, keeps its code: it says to try again.
    var throughClient: CallFailure {
        guard EtcdError(rawValue: status.message) != nil, status.code != .unavailable else {
            return self
        }
        return CallFailure(GRPCStatus(.unknown, status.message), outcome)
    }
}
