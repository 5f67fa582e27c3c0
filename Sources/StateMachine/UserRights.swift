package import EtcdMessages
package import MVCC

/// What a user may do: the union of what its roles permit, merged once for each revision of the table.
package final class UserRights {
    package let user: [UInt8]
    package let isRoot: Bool
    private let readable: KeyIntervals
    private let writable: KeyIntervals

    init(_ user: AuthUser, _ permissions: [AuthPermission]) {
        self.user = user.name
        isRoot = user.isRoot
        func intervals(_ kind: AuthPermission.Kind) -> KeyIntervals {
            KeyIntervals(
                permissions.filter { $0.kind == kind || $0.kind == .readWrite }
                    .map { KeyInterval(key: $0.key, rangeEnd: $0.rangeEnd) })
        }
        readable = intervals(.read)
        writable = intervals(.write)
    }

    private init(user: [UInt8]) {
        self.user = user
        isRoot = false
        readable = KeyIntervals([])
        writable = KeyIntervals([])
    }

    /// Of somebody without a name, which no user has: none.
    package static func ofNobody() -> UserRights { UserRights(user: []) }

    package func requireRoot() throws(KVError) {
        if !isRoot { throw user.isEmpty ? .userEmpty : .permissionDenied }
    }

    package func requireRead(_ interval: KeyInterval) throws(KVError) {
        guard isRoot || readable.covers(interval) else { throw .permissionDenied }
    }

    package func requireWrite(_ interval: KeyInterval) throws(KVError) {
        guard isRoot || writable.covers(interval) else { throw .permissionDenied }
    }

    /// Whoever ends a lease deletes its keys.
    package func requireWrite(keysOf lease: LeaseRow?) throws(KVError) {
        guard let lease, !isRoot else { return }
        guard writable.covers(ascending: lease.keys) else { throw .permissionDenied }
    }

    package func requireRead(keysOf lease: LeaseRow?) throws(KVError) {
        guard let lease, !isRoot else { return }
        guard readable.covers(ascending: lease.keys) else { throw .permissionDenied }
    }

    // MARK: Requests

    package func require(_ request: RangeRequest) throws(KVError) {
        try requireRead(KeyInterval(key: request.key, rangeEnd: request.rangeEnd))
    }

    func require(_ request: PutRequest, _ leases: Leases) throws(KVError) {
        try requireWrite(.single(request.key))
        if request.prevKv { try requireRead(.single(request.key)) }
        if request.lease != 0 { try requireWrite(keysOf: leases.row(of: request.lease)) }
    }

    func require(_ request: DeleteRangeRequest) throws(KVError) {
        let interval = KeyInterval(key: request.key, rangeEnd: request.rangeEnd)
        try requireWrite(interval)
        if request.prevKv { try requireRead(interval) }
    }

    /// All of it, in both branches and at all depths, be it executed or not: what is not would tell whether its
    /// condition holds.
    package func require(_ request: TxnRequest, _ leases: Leases) throws(KVError) {
        for compare in request.compare {
            try requireRead(KeyInterval(key: compare.key, rangeEnd: compare.rangeEnd))
        }
        for operation in request.success { try require(operation, leases) }
        for operation in request.failure { try require(operation, leases) }
    }

    private func require(_ operation: RequestOp, _ leases: Leases) throws(KVError) {
        switch operation.request {
        case .requestRange(let range): try require(range)
        case .requestPut(let put): try require(put, leases)
        case .requestDeleteRange(let delete): try require(delete)
        case .requestTxn(let inner): try require(inner, leases)
        case nil: throw .keyNotFound
        }
    }
}
