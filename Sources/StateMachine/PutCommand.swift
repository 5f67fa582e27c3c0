internal import EtcdMessages
internal import MVCC

/// Sets one key.
enum PutCommand {
    /// Finds everything that can fail, on the state before the request. A put of its own looks for
    /// the lease first, one inside a transaction for the key, as etcd does.
    static func check(
        _ request: PutRequest, _ keyspace: Keyspace, _ leases: Leases, isInTransaction: Bool
    ) throws(KVError) {
        try RequestCheck.put(request)
        let isLeaseMissing = request.lease != 0 && !leases.has(request.lease)
        if isLeaseMissing, !isInTransaction { throw .leaseNotFound }
        if request.ignoreValue || request.ignoreLease {
            guard keyspace.state(of: request.key, at: keyspace.revision) != nil else {
                throw .keyNotFound
            }
        }
        if isLeaseMissing { throw .leaseNotFound }
    }

    /// Sets the key. The request must have been checked.
    static func execute(
        _ request: PutRequest, _ transaction: inout WriteTransaction, _ keyspace: Keyspace,
        _ leases: Leases
    ) -> PutResponse {
        var value = request.value
        var lease = request.lease
        if request.ignoreValue || request.ignoreLease,
            let old = keyspace.state(of: request.key, at: transaction.revision)
        {
            if request.ignoreValue { value = old.value }
            if request.ignoreLease { lease = old.lease }
        }
        let previous = transaction.put(request.key, value: value, lease: lease)
        if previous.lease != lease { leases.move(request.key, from: previous.lease, to: lease) }
        var response = PutResponse()
        response.header = ResponseHeader(revision: transaction.revision)
        if request.prevKv, previous.exists { response.prevKv = KeyValue(request.key, previous) }
        return response
    }
}
