package import EtcdMessages

/// Checks of requests that need no state. The doors ask before they propose; apply asks again where
/// it would otherwise do something that no door allows.
package enum RequestCheck {
    package static func range(_ request: RangeRequest) throws(KVError) {
        if request.key.isEmpty { throw .keyNotProvided }
        if case .UNRECOGNIZED = request.sortOrder { throw .invalidSortOption }
        if case .UNRECOGNIZED = request.sortTarget { throw .invalidSortOption }
    }

    package static func put(_ request: PutRequest) throws(KVError) {
        if request.key.isEmpty { throw .keyNotProvided }
        if request.ignoreValue, !request.value.isEmpty { throw .valueProvided }
        if request.ignoreLease, request.lease != 0 { throw .leaseProvided }
    }

    package static func deleteRange(_ request: DeleteRangeRequest) throws(KVError) {
        if request.key.isEmpty { throw .keyNotProvided }
    }

    package static func readModifyWrite(_ request: ReadModifyWriteRequest) throws(KVError) {
        if request.key.isEmpty { throw .keyNotProvided }
        if request.operation == nil { throw .operationNotProvided }
    }

    /// - Parameter operationsMax: conditions or operations per level; a level's own count is taken
    ///   off for the transactions inside it.
    package static func txn(
        _ request: TxnRequest, operationsMax: Int = Limits.transactionOperationsDefault
    ) throws(KVError) {
        try operations(of: request, operationsMax)
        try DuplicateKeys.check(request)
    }

    /// Everything about a transaction except keys that are written twice.
    static func operations(
        of request: TxnRequest, _ operationsMax: Int
    ) throws(KVError) {
        let width = max(request.compare.count, request.success.count, request.failure.count)
        if width > operationsMax { throw .tooManyOperations }
        for compare in request.compare where compare.key.isEmpty { throw .keyNotProvided }
        for operation in request.success { try check(operation, operationsMax - width) }
        for operation in request.failure { try check(operation, operationsMax - width) }
    }

    private static func check(_ operation: RequestOp, _ operationsMax: Int) throws(KVError) {
        switch operation.request {
        case .requestRange(let request): try range(request)
        case .requestPut(let request): try put(request)
        case .requestDeleteRange(let request): try deleteRange(request)
        case .requestTxn(let request): try operations(of: request, operationsMax)
        case nil: throw .keyNotFound
        }
    }

    /// Whether a transaction can be served as a read: all it has are ranges, in both branches.
    package static func isReadOnly(_ request: TxnRequest) -> Bool {
        (request.success + request.failure).allSatisfy { operation in
            if case .requestRange? = operation.request { return true }
            return false
        }
    }

    /// Whether a read-only transaction may be answered from local state: it has ranges, and all of
    /// them say so. One that only compares has nobody who agreed to an old answer.
    package static func isSerializable(_ request: TxnRequest) -> Bool {
        let operations = request.success + request.failure
        return !operations.isEmpty && operations.allSatisfy { $0.requestRange.serializable }
    }
}
