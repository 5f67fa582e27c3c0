package import EtcdMessages
internal import MVCC

extension ReplicatedState {
    /// Reads a range of the current state in one go.
    ///
    /// - Throws: what is wrong with the request, `futureRevision`, `compacted`.
    package func range(_ request: RangeRequest) throws(KVError) -> RangeResponse {
        if request.rangeEnd.isEmpty { return try single(request) }
        var cursor = try RangeCursor(request, in: keyspace)
        while !cursor.isComplete { try cursor.step(keyspace, keysMax: .max) }
        return cursor.response()
    }

    /// Serves a transaction that only reads (`RequestCheck.isReadOnly`) from the current state.
    package func readOnlyTxn(_ request: TxnRequest) throws(KVError) -> TxnResponse {
        let reading = try TransactionReading(request, self)
        while true {
            let end = try reading.step(self, keysMax: .max)
            if case .needs(let need) = end { reading.take(keyspace.supply(need)) }
            if end == .ended { return reading.response }
        }
    }

    private func single(_ request: RangeRequest) throws(KVError) -> RangeResponse {
        try RequestCheck.range(request)
        let readRevision = try keyspace.revisionToRead(request.revision)
        return SingleKeyRange.response(
            request, keyspace, at: readRevision, header: keyspace.revision)
    }
}
