internal import EtcdMessages
internal import Protobuf
internal import Replication

/// `Maintenance.HashKV` and `Maintenance.Hash`: what operators compare between members.
final class HashService {
    private let calls: StoreCalls
    private var underWay = 0

    init(_ calls: StoreCalls) { self.calls = calls }

    /// The hash of this node's keys, up to a revision.
    func hashKV(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let request = caller.decode(HashKVRequest.self, request) else { return }
        begin(revision: request.revision, caller) { caller.send($0) }
    }

    /// The same of everything; etcd's is that of its file.
    func hash(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(HashRequest.self, request) != nil else { return }
        begin(revision: 0, caller) { answer in
            caller.send(
                HashResponse.with {
                    $0.header = answer.header
                    $0.hash = answer.hash
                })
        }
    }

    private func begin(
        revision: Int64, _ caller: Caller, then: @escaping (HashKVResponse) -> Void
    ) {
        if let refusal = calls.replica.localReadRefusal {
            return caller.fail(CallFailure(refusal))
        }
        guard underWay < Limits.hashesMax else {
            return caller.fail(CallFailure(EtcdError.tooManyRequests))
        }
        underWay += 1
        let hash = StoreHash(
            calls, revision: revision, isWanted: { caller.isWaiting }
        ) { [self] result in
            underWay -= 1
            switch result {
            case .success(let answer): then(answer)
            case .failure(let failure): caller.fail(failure)
            }
        }
        hash.begin()
    }
}
