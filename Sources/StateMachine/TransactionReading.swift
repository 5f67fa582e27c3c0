package import EtcdMessages
internal import MVCC

/// A transaction that only reads, served from the state at one revision, in pieces.
package final class TransactionReading {
    private let execution: TxnExecution
    private var fetched: FetchedSupply?
    private var pending: (need: ApplyNeed, generation: UInt64)?

    /// - Parameter bytesMax: of the pairs of all ranges; a transaction that has more is given up.
    /// - Throws: what is wrong with the request.
    package init(
        _ request: TxnRequest, _ state: ReplicatedState, bytesMax: Int = .max
    ) throws(KVError) {
        precondition(RequestCheck.isReadOnly(request), "a transaction that may write")
        try state.checkReadable()
        execution = try TxnExecution(
            request, state.keyspace, isReadOnly: true, wantsResponse: true, bytesMax: bytesMax)
    }

    /// Looks at up to `keysMax` more keys, about.
    package func step(
        _ state: ReplicatedState, keysMax: Int = Limits.rangePieceKeys
    ) throws(KVError) -> SlotProgress {
        var turn = ApplyStep(
            budget: ApplyBudget(keys: keysMax, bytes: .max), fetched: fetched)
        let end = try execution.step(state.keyspace, state.leases, &turn)
        fetched = turn.fetched
        switch end {
        case .ended: return .ended
        case .outOfBudget: return .outOfBudget
        case .needs(let need):
            pending = (need, state.keyspace.baseGeneration)
            return .needs(need)
        }
    }

    /// What was needed has come.
    package func take(_ supply: ApplySupply) {
        guard let pending else { preconditionFailure("nothing was needed") }
        fetched = FetchedSupply(
            need: pending.need, supply: supply, generation: pending.generation)
    }

    /// Once it has ended.
    package var response: TxnResponse { execution.response }
}
