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
        precondition(RequestCheck.isReadOnly(request), "a transaction that may write")
        try checkReadable()
        try RequestCheck.operations(of: request, .max)
        let path = TxnPath(request, keyspace)
        try TxnCommand.check(request, path, keyspace, leases)
        return TxnCommand.read(request, path, keyspace)
    }

    private func single(_ request: RangeRequest) throws(KVError) -> RangeResponse {
        try RequestCheck.range(request)
        let readRevision = try keyspace.revisionToRead(request.revision)
        return SingleKeyRange.response(
            request, keyspace, at: readRevision, header: keyspace.revision)
    }
}
