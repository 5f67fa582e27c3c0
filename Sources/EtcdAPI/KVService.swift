internal import EtcdMessages
internal import Observability
internal import Protobuf
internal import Replication
internal import StateMachine

/// `etcdserverpb.KV`.
final class KVService {
    private let replica: Replica
    private let proposer: CommandProposer
    private let ranges: RangeAnswerer
    private let gate: Gate
    private let options: EtcdDoorOptions

    init(
        replica: Replica, proposer: CommandProposer, ranges: RangeAnswerer, gate: Gate,
        options: EtcdDoorOptions
    ) {
        self.gate = gate
        self.replica = replica
        self.proposer = proposer
        self.ranges = ranges
        self.options = options
    }

    /// Reads keys: from this node's state at once if the request says serializable, else when this
    /// node has applied everything that was decided when the request came.
    func range(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let range = caller.decode(RangeRequest.self, request) else { return }
        guard caller.accepts(check: { () throws(KVError) in try RequestCheck.range(range) })
        else { return }
        if range.serializable {
            guard passesHere(caller) else { return }
            return answer(range, caller)
        }
        if replica.isLearner { return caller.fail(CallFailure(EtcdError.notSupportedForLearner)) }
        replica.read { [self] result in
            if passes(result, caller) { answer(range, caller) }
        }
    }

    /// Rights are asked of the state that is read.
    private func answer(_ range: RangeRequest, _ caller: Caller) {
        let isPermitted = gate.permits(caller) { rights, _ throws(KVError) in
            try rights.require(range)
        }
        if isPermitted { ranges.answer(range, caller) }
    }

    private func answer(_ txn: TxnRequest, _ caller: Caller) {
        let isPermitted = gate.permits(caller) { [replica] rights, _ throws(KVError) in
            try rights.require(txn, replica.machine.leases)
        }
        if isPermitted { ranges.answer(txn, caller) }
    }

    /// Writes one pair.
    func put(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let put = caller.decode(PutOutline.self, request) else { return }
        guard caller.accepts(check: put.check) else { return }
        proposer.propose(.put, request, caller)
    }

    /// Deletes keys.
    func deleteRange(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let delete = caller.decode(DeleteRangeRequest.self, request) else { return }
        guard caller.accepts(check: { () throws(KVError) in try RequestCheck.deleteRange(delete) })
        else { return }
        proposer.propose(.deleteRange, request, caller)
    }

    /// Compares, and does one of two lists of operations. One that only reads is served like a range.
    func txn(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard let txn = caller.decode(TxnRequest.self, request) else { return }
        let isAccepted = caller.accepts { () throws(KVError) in
            try RequestCheck.txn(txn, operationsMax: options.txnOperationsMax)
        }
        guard isAccepted else { return }
        guard RequestCheck.isReadOnly(txn) else { return proposer.propose(.txn, request, caller) }
        if RequestCheck.isSerializable(txn) {
            guard passesHere(caller) else { return }
            return answer(txn, caller)
        }
        replica.read { [self] result in
            if passes(result, caller) { answer(txn, caller) }
        }
    }

    /// Forgets revisions.
    func compact(_ request: UnsafeRawBufferPointer, _ caller: Caller) {
        guard caller.decode(CompactionRequest.self, request) != nil else { return }
        proposer.propose(.compaction, request, caller)
    }

    /// Whether a read may be answered from what this node has; if not, the call is answered.
    private func passesHere(_ caller: Caller) -> Bool {
        if let refusal = replica.localReadRefusal {
            caller.fail(CallFailure(refusal))
            return false
        }
        replica.metrics.sequentialReads.increment()
        return true
    }

    /// Whether a read may be answered now; if not, the call is answered.
    private func passes(_ result: ReadResult, _ caller: Caller) -> Bool {
        switch result {
        case .ready:
            replica.metrics.linearizableReads.increment()
            return true
        case .refused(let refusal): caller.fail(CallFailure(refusal))
        case .timedOut(let delay): caller.fail(CallFailure(delay))
        }
        return false
    }
}
