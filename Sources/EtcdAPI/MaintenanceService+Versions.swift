internal import EtcdMessages
internal import GRPC
internal import Protobuf
internal import Replication

extension MaintenanceService {
    /// Nothing to do: the base gives space back by itself. The answer has no header, as etcd's.
    func defragment(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(DefragmentRequest.self, request) != nil else { return }
        caller.send(DefragmentResponse())
    }

    /// Whether the members may be replaced by those of the version before: their data may not. An order is checked as
    /// etcd checks it, and none is ever under way.
    func downgrade(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let order = caller.decode(DowngradeRequest.self, request) else { return }
        if case .UNRECOGNIZED = order.action {
            return caller.fail(
                CallFailure(GRPCStatus(.unknown, "etcdserver: unknown method")))
        }
        let target = APIVersion(order.version)
        if order.action != .cancel, target == nil {
            return caller.fail(CallFailure(EtcdError.invalidDowngradeFormat))
        }
        replica.read { [self] result in
            switch result {
            case .ready: answer(order, target, caller)
            case .refused(let refusal): caller.fail(CallFailure(refusal))
            case .timedOut(let delay): caller.fail(CallFailure(delay))
            }
        }
    }

    private func answer(_ order: DowngradeRequest, _ target: APIVersion?, _ caller: Caller) {
        if order.action == .cancel { return caller.fail(CallFailure(EtcdError.noDowngrade)) }
        guard target == APIVersion(options.etcdVersion)?.before else {
            return caller.fail(CallFailure(EtcdError.invalidDowngradeVersion))
        }
        guard order.action == .validate else {
            return caller.fail(CallFailure(EtcdError.notCapable))
        }
        var response = DowngradeResponse()
        response.header = .current(of: replica)
        response.version = options.etcdVersion
        caller.send(response)
    }
}
