internal import EtcdMessages
internal import MVCC

/// Conditions and two lists of operations. The path through nested transactions is computed first,
/// then everything on it that can fail is checked, and only then the first write is done: a failing
/// transaction leaves no trace, and the same on every replica.
enum TxnCommand {
    /// One step along a path.
    enum Step {
        /// Anything but a transaction.
        case operation(RequestOp)
        /// A transaction within the transaction.
        case begin(succeeds: Bool)
        case end
    }

    /// The steps of the path, without those of the outermost transaction.
    static func steps(_ request: TxnRequest, _ branches: [Bool]) -> [Step] {
        var steps: [Step] = []
        var next = 0
        add(request, branches, &next, to: &steps)
        return steps
    }

    private static func add(
        _ request: TxnRequest, _ branches: [Bool], _ next: inout Int, to steps: inout [Step]
    ) {
        let succeeds = branches[next]
        next += 1
        for operation in succeeds ? request.success : request.failure {
            guard case .requestTxn(let inner)? = operation.request else {
                steps.append(.operation(operation))
                continue
            }
            steps.append(.begin(succeeds: branches[next]))
            add(inner, branches, &next, to: &steps)
            steps.append(.end)
        }
    }

    /// Finds everything on the path that can fail, on the state before the transaction: first of all
    /// puts, then of all ranges, as etcd does.
    static func check(
        _ steps: [Step], _ keyspace: Keyspace, _ leases: Leases
    ) throws(KVError) {
        for case .operation(let operation) in steps {
            guard case .requestPut(let put)? = operation.request else { continue }
            try PutCommand.check(put, keyspace, leases, isInTransaction: true)
        }
        for case .operation(let operation) in steps {
            guard case .requestRange(let range)? = operation.request else { continue }
            // Below 0 is the newest revision for a range of its own; here etcd compares it like any
            // other.
            if range.revision < 0, range.revision < keyspace.compactedRevision { throw .compacted }
            _ = try keyspace.revisionToRead(range.revision)
        }
    }
}
