internal import EtcdMessages
internal import MVCC

/// Conditions and two lists of operations. The path through nested transactions is computed first,
/// then everything on it that can fail is checked, and only then the first write is done: a failing
/// transaction leaves no trace, and the same on every replica.
enum TxnCommand {
    /// Finds everything on the path that can fail, on the state before the transaction: first of all
    /// puts, then of all ranges, as etcd does.
    static func check(
        _ request: TxnRequest, _ path: TxnPath, _ keyspace: Keyspace, _ leases: Leases
    ) throws(KVError) {
        var step = 0
        try visit(request, path, &step) { operation throws(KVError) in
            guard case .requestPut(let put)? = operation.request else { return }
            try PutCommand.check(put, keyspace, leases, isInTransaction: true)
        }
        step = 0
        try visit(request, path, &step) { operation throws(KVError) in
            guard case .requestRange(let range)? = operation.request else { return }
            // Below 0 is the newest revision for a range of its own; here etcd compares it like any
            // other.
            if range.revision < 0, range.revision < keyspace.compactedRevision { throw .compacted }
            _ = try keyspace.revisionToRead(range.revision)
        }
    }

    /// Calls `body` with each operation of the path that is no transaction.
    private static func visit(
        _ request: TxnRequest, _ path: TxnPath, _ step: inout Int,
        _ body: (RequestOp) throws(KVError) -> Void
    ) throws(KVError) {
        for operation in branch(request, path, &step) {
            if case .requestTxn(let inner)? = operation.request {
                try visit(inner, path, &step, body)
            } else {
                try body(operation)
            }
        }
    }

    private static func branch(
        _ request: TxnRequest, _ path: TxnPath, _ step: inout Int
    ) -> [RequestOp] {
        let succeeds = path.branches[step]
        step += 1
        return succeeds ? request.success : request.failure
    }

    /// Does the operations of the path. Everything must have been checked.
    ///
    /// - Parameter wantsResponse: without it, ranges are not read and the response has no parts.
    static func execute(
        _ request: TxnRequest, _ path: TxnPath, _ transaction: inout WriteTransaction,
        _ keyspace: Keyspace, _ leases: Leases, wantsResponse: Bool
    ) -> TxnResponse {
        var step = 0
        var response = execute(
            request, path, &step, &transaction, keyspace, leases, wantsResponse)
        response.header = ResponseHeader(revision: transaction.readRevision)
        return response
    }

    private static func execute(
        _ request: TxnRequest, _ path: TxnPath, _ step: inout Int,
        _ transaction: inout WriteTransaction, _ keyspace: Keyspace, _ leases: Leases,
        _ wantsResponse: Bool
    ) -> TxnResponse {
        var response = TxnResponse()
        response.header = ResponseHeader()
        response.succeeded = path.branches[step]
        for operation in branch(request, path, &step) {
            var part = ResponseOp()
            switch operation.request {
            case .requestRange(let range):
                guard wantsResponse else { continue }
                part.responseRange = read(range, keyspace, newest: transaction.readRevision)
            case .requestPut(let put):
                part.responsePut = PutCommand.execute(put, &transaction, keyspace, leases)
            case .requestDeleteRange(let delete):
                part.responseDeleteRange = DeleteRangeCommand.execute(delete, &transaction, leases)
            case .requestTxn(let inner):
                part.responseTxn = execute(
                    inner, path, &step, &transaction, keyspace, leases, wantsResponse)
            case nil: break
            }
            if wantsResponse { response.responses.append(part) }
        }
        return response
    }

    /// Does a path that has only ranges, on the current state.
    static func read(
        _ request: TxnRequest, _ path: TxnPath, _ keyspace: Keyspace
    ) -> TxnResponse {
        var response = TxnResponse()
        response.header = ResponseHeader(revision: keyspace.revision)
        response.succeeded = path.branches[0]
        for operation in path.branches[0] ? request.success : request.failure {
            var part = ResponseOp()
            part.responseRange = read(
                operation.requestRange, keyspace, newest: keyspace.revision)
            response.responses.append(part)
        }
        return response
    }

    private static func read(
        _ request: RangeRequest, _ keyspace: Keyspace, newest: Int64
    ) -> RangeResponse {
        let revision = request.revision > 0 ? request.revision : newest
        do throws(KVError) {
            let query = try RangeQuery(request)
            var cursor = RangeCursor(query, in: keyspace, at: revision, header: newest)
            while !cursor.isComplete { try cursor.step(keyspace, keysMax: .max) }
            return cursor.response()
        } catch {
            preconditionFailure("a range that was not checked: \(error)")
        }
    }
}
