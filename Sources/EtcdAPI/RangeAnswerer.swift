internal import EtcdMessages
internal import MVCC
internal import Replication
internal import StateMachine

/// Answers calls of Range from this node's state.
final class RangeAnswerer {
    private let replica: Replica
    private let reader: RangeReader

    init(replica: Replica, later: @escaping (@escaping () -> Void) -> Void) {
        self.replica = replica
        reader = RangeReader(replica: replica, later: later)
    }

    /// Answers from the state as it is now; nobody reads on for a client that has gone.
    func answer(_ range: RangeRequest, _ caller: Caller) {
        if case .grpc(let call, let method) = caller, range.isPoint, replica.machine.isReadable {
            return method.reply(pointAnswer(range.key), to: call)
        }
        reader.read(range, isWanted: { caller.isWaiting }) { [replica] result in
            switch result {
            case .success(var response):
                response.header.sign(by: replica)
                caller.send(response)
            case .failure(let error): caller.fail(CallFailure(error))
            }
        }
    }

    private func pointAnswer(_ key: [UInt8]) -> PointAnswer {
        let keyspace = replica.machine.keyspace
        return PointAnswer(
            header: .current(of: replica), key: key,
            state: keyspace.state(of: key, at: keyspace.revision))
    }
}
