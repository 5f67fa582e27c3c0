internal import EtcdMessages
internal import MVCC

/// A transaction on its way: it may take several turns, and wait for what is on disk only (P37). What it has written
/// so far carries the next revision, which nobody outside can read yet.
final class TxnExecution {
    /// An operation that was begun and takes more than one turn.
    private enum Open {
        case range(RangeCursor)
        case delete(DeleteCursor)
    }

    let request: TxnRequest
    private let isReadOnly: Bool
    /// Without it, ranges are not read and the response has no parts.
    private let wantsResponse: Bool
    /// The revision before the transaction.
    private let revision: Int64
    private var path: TxnPath
    private var steps: [TxnCommand.Step] = []
    private var next = 0
    private var isDecided = false
    private var open: Open?
    /// The outermost response, and those of the transactions within it that are open.
    private var responses: [TxnResponse] = []
    private var transaction: WriteTransaction?
    /// What may be added to the pairs of all ranges.
    private var bytesLeft: Int

    /// - Parameter bytesMax: of the pairs of all ranges; one that only reads is given up when it has more.
    /// - Throws: what is wrong with the request.
    init(
        _ request: TxnRequest, _ keyspace: Keyspace, isReadOnly: Bool = false, wantsResponse: Bool,
        bytesMax: Int = .max
    ) throws(KVError) {
        try RequestCheck.operations(of: request, .max)
        self.request = request
        self.isReadOnly = isReadOnly
        self.wantsResponse = wantsResponse
        bytesLeft = bytesMax
        revision = keyspace.revision
        path = TxnPath(request, at: keyspace.revision)
    }

    /// Once it has ended.
    var response: TxnResponse { responses[0] }

    /// - Parameter makeRoom: refuses what would not fit into the store.
    /// - Throws: what is wrong with the transaction; then nothing was written.
    func step(
        _ keyspace: Keyspace, _ leases: Leases, _ turn: inout ApplyStep,
        makeRoom: (Int) throws(KVError) -> Void = { _ in }
    ) throws(KVError) -> StepEnd {
        if !isDecided {
            let end = try path.step(keyspace, &turn)
            guard case .ended = end else { return end }
            try begin(keyspace, leases, makeRoom)
        }
        while next < steps.count {
            if turn.budget.isSpent { return .outOfBudget }
            let end = try perform(steps[next], keyspace, leases, &turn)
            guard case .ended = end else { return end }
            next += 1
        }
        responses[0].header = ResponseHeader(revision: newestRevision)
        transaction.take()?.end()
        return .ended
    }

    private func begin(
        _ keyspace: Keyspace, _ leases: Leases,
        _ makeRoom: (Int) throws(KVError) -> Void
    ) throws(KVError) {
        steps = TxnCommand.steps(request, path.branches)
        try TxnCommand.check(steps, keyspace, leases)
        if !isReadOnly {
            if let cost = request.quotaCost { try makeRoom(cost) }
            transaction = keyspace.beginWrite()
        }
        isDecided = true
        openResponse(path.branches[0])
    }

    /// What a range without a revision reads.
    private var newestRevision: Int64 {
        switch transaction {
        case .some(let transaction): transaction.readRevision
        case .none: revision
        }
    }

    private func perform(
        _ step: TxnCommand.Step, _ keyspace: Keyspace, _ leases: Leases,
        _ turn: inout ApplyStep
    ) throws(KVError) -> StepEnd {
        switch step {
        case .operation(let operation): return try perform(operation, keyspace, leases, &turn)
        case .begin(let succeeds): openResponse(succeeds)
        case .end:
            let inner = responses.removeLast()
            add { $0.responseTxn = inner }
        }
        return .ended
    }

    private func perform(
        _ operation: RequestOp, _ keyspace: Keyspace, _ leases: Leases,
        _ turn: inout ApplyStep
    ) throws(KVError) -> StepEnd {
        switch operation.request {
        case .requestRange(let range):
            return wantsResponse ? try read(range, keyspace, &turn) : .ended
        case .requestDeleteRange(let delete):
            return self.delete(delete, keyspace, leases, &turn)
        case .requestPut(let put):
            let response = PutCommand.execute(put, &transaction!, keyspace, leases)
            add { $0.responsePut = response }
        case .requestTxn, nil:
            add { _ in }
        }
        turn.budget.charge(keys: 1)
        return .ended
    }

    private func read(
        _ range: RangeRequest, _ keyspace: Keyspace, _ turn: inout ApplyStep
    ) throws(KVError) -> StepEnd {
        var cursor: RangeCursor
        if case .range(let begun)? = open {
            cursor = begun
        } else {
            let newest = newestRevision
            cursor = RangeCursor(
                try RangeQuery(range), in: keyspace,
                at: range.revision > 0 ? range.revision : newest, header: newest,
                bytesMax: bytesLeft)
            turn.budget.charge(keys: 1)
        }
        open = nil
        let end = try cursor.step(keyspace, &turn)
        guard case .ended = end else {
            open = .range(cursor)
            return end
        }
        bytesLeft -= cursor.keptBytes
        let response = cursor.response()
        add { $0.responseRange = response }
        return .ended
    }

    private func delete(
        _ request: DeleteRangeRequest, _ keyspace: Keyspace, _ leases: Leases,
        _ turn: inout ApplyStep
    ) -> StepEnd {
        if request.rangeEnd.isEmpty {
            let response = DeleteRangeCommand.execute(request, &transaction!, leases)
            add { $0.responseDeleteRange = response }
            turn.budget.charge(keys: 1)
            return .ended
        }
        var cursor = DeleteCursor(request)
        if case .delete(let begun)? = open { cursor = begun }
        open = nil
        let end = cursor.step(&transaction!, keyspace, leases, &turn)
        guard case .ended = end else {
            open = .delete(cursor)
            return end
        }
        add { $0.responseDeleteRange = cursor.response }
        return .ended
    }

    // MARK: The response

    private func openResponse(_ succeeds: Bool) {
        var response = TxnResponse()
        response.header = ResponseHeader()
        response.succeeded = succeeds
        responses.append(response)
    }

    private func add(_ populate: (inout ResponseOp) -> Void) {
        guard wantsResponse else { return }
        var part = ResponseOp()
        populate(&part)
        responses[responses.count - 1].responses.append(part)
    }
}
