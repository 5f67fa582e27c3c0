internal import EtcdMessages

/// Our requests as etcd's messages.
enum WireRequest {
    static func range(_ keys: KeyRange, _ options: GetOptions) -> RangeRequest {
        var request = RangeRequest()
        (request.key, request.rangeEnd) = keys.wire
        request.revision = options.revision
        request.limit = options.limit
        request.serializable = options.consistency == .serializable
        request.keysOnly = options.keysOnly
        request.countOnly = options.countOnly
        request.sortTarget = sortTarget(options.sortTarget)
        request.sortOrder =
            switch options.sortOrder {
            case nil: .none
            case .ascending?: .ascend
            case .descending?: .descend
            }
        return request
    }

    static func put(
        _ key: [UInt8], _ value: [UInt8], returnsPrevious: Bool, lease: Int64
    ) -> PutRequest {
        var request = PutRequest()
        request.key = key
        request.value = value
        request.prevKv = returnsPrevious
        request.lease = lease
        return request
    }

    static func delete(_ keys: KeyRange, returnsPrevious: Bool) -> DeleteRangeRequest {
        var request = DeleteRangeRequest()
        (request.key, request.rangeEnd) = keys.wire
        request.prevKv = returnsPrevious
        return request
    }

    static func transaction(
        _ compare: [Compare], _ success: [Operation], _ failure: [Operation]
    ) -> TxnRequest {
        var request = TxnRequest()
        request.compare = compare.map(comparison)
        request.success = success.map(operation)
        request.failure = failure.map(operation)
        return request
    }

    static func modify(_ key: [UInt8], _ modification: Modification) -> ReadModifyWriteRequest {
        var request = ReadModifyWriteRequest()
        request.key = key
        switch modification {
        case .compareAndSet(let expected, let value):
            request.compareAndSet.expected = expected ?? []
            request.compareAndSet.expectAbsent = expected == nil
            request.compareAndSet.value = value
        case .add(let delta):
            var add = ReadModifyWriteRequest.Add()
            add.delta = delta
            request.operation = .add(add)
        case .append(let bytes): request.operation = .append(bytes)
        case .setIfAbsent(let value): request.operation = .setIfAbsent(value)
        }
        return request
    }

    private static func sortTarget(_ target: GetOptions.SortTarget) -> RangeRequest.SortTarget {
        switch target {
        case .key: .key
        case .version: .version
        case .createRevision: .create
        case .modRevision: .mod
        case .value: .value
        }
    }

    private static func operation(_ operation: Operation) -> RequestOp {
        var request = RequestOp()
        switch operation {
        case .get(let keys, let options): request.request = .requestRange(range(keys, options))
        case .put(let key, let value, let returnsPrevious, let lease):
            request.request = .requestPut(
                put(key, value, returnsPrevious: returnsPrevious, lease: lease))
        case .delete(let keys, let returnsPrevious):
            request.request = .requestDeleteRange(delete(keys, returnsPrevious: returnsPrevious))
        case .transaction(let compare, let success, let failure):
            request.request = .requestTxn(transaction(compare, success, failure))
        }
        return request
    }

    private static func comparison(_ compare: Compare) -> EtcdMessages.Compare {
        var request = EtcdMessages.Compare()
        (request.key, request.rangeEnd) = compare.keys.wire
        request.result =
            switch compare.relation {
            case .equal: .equal
            case .greater: .greater
            case .less: .less
            case .notEqual: .notEqual
            }
        switch compare.target {
        case .version(let number): (request.target, request.version) = (.version, number)
        case .createRevision(let number):
            (request.target, request.createRevision) = (.create, number)
        case .modRevision(let number): (request.target, request.modRevision) = (.mod, number)
        case .value(let value): (request.target, request.value) = (.value, value)
        case .lease(let number): (request.target, request.lease) = (.lease, number)
        }
        return request
    }
}
