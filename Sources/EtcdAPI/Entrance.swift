internal import Observability
internal import Replication
internal import Transport

/// What each unary call has to pass before anybody looks at it, in etcd's order.
final class Entrance {
    private let replica: Replica
    private let versions: ClientVersions

    init(_ replica: Replica) {
        self.replica = replica
        versions = ClientVersions(replica.metrics.clientRequests, kind: .unary)
    }

    /// Why a call is not served here; nil if it is.
    ///
    /// - Parameter forLearners: whether a member that waits to be promoted serves it, too.
    func refusal(of caller: Caller, forLearners: Bool) -> EtcdError? {
        if replica.isLearner, !forLearners { return .notSupportedForLearner }
        if !isText(caller) { return .invalidClientVersion }
        return caller.requiresLeader && replica.status.leader == 0 ? .noLeader : nil
    }

    private func isText(_ caller: Caller) -> Bool {
        switch caller {
        case .grpc(let call, _): return versions.count(call.metadataBytes("client-api-version"))
        case .gateway(let call):
            guard let version = call.clientVersion else { return versions.count(nil) }
            return Array(version.utf8).withUnsafeBytes(versions.count)
        }
    }
}
