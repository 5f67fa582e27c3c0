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
        if case .grpc(let call, let method) = caller, range.isPoint, replica.machine.isReadable,
            let point = pointAnswer(range.key)
        {
            return method.reply(point, to: call)
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

    /// Nil if the key has to be read from disk.
    private func pointAnswer(_ key: [UInt8]) -> PointAnswer? {
        switch replica.machine.keyspace.newestState(of: key) {
        case .present(let state):
            PointAnswer(header: .current(of: replica), key: key, state: state)
        case .absent: PointAnswer(header: .current(of: replica), key: key, state: nil)
        case .cold: nil
        }
    }

    /// Answers a transaction that only reads from the state as it is now.
    func answer(_ transaction: TxnRequest, _ caller: Caller) {
        reader.read(transaction, isWanted: { caller.isWaiting }) { [replica] result in
            switch result {
            case .success(var response):
                response.header.sign(by: replica)
                caller.send(response)
            case .failure(let error): caller.fail(CallFailure(error))
            }
        }
    }
}
