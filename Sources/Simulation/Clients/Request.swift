internal import EtcdMessages
internal import Histories
internal import Protobuf
internal import StateMachine

/// A client's action as the doors would hand it on.
enum Request {
    case read(RangeRequest)
    case readOnly(TxnRequest)
    case command(CommandKind, [UInt8])

    /// - Parameter number: of the operation. That of one in three asks for ranges that hold one key each, as nodes
    ///   read them otherwise than keys.
    init(_ action: Action, number: Int) {
        let asksForRanges = number % 3 == 0
        switch action {
        case .get(let key, let reading):
            let range = RangeRequest.with {
                $0.key = key
                if asksForRanges { $0.rangeEnd = key + [0] }
                if case .atRevision(let revision) = reading { $0.revision = revision }
            }
            self = .read(range)
        case .put(let key, let value):
            let put = PutRequest.with {
                $0.key = key
                $0.value = value
            }
            self = .command(.put, put.serializedBytes())
        case .delete(let key):
            let delete = DeleteRangeRequest.with {
                $0.key = key
                if asksForRanges { $0.rangeEnd = key + [0] }
            }
            self = .command(.deleteRange, delete.serializedBytes())
        case .append(let key, let token):
            let append = ReadModifyWriteRequest.with {
                $0.key = key
                $0.append = token
            }
            self = .command(.readModifyWrite, append.serializedBytes())
        case .compareAndSet(let key, let expected, let value):
            let swap = ReadModifyWriteRequest.with {
                $0.key = key
                $0.compareAndSet = .with {
                    $0.expected = expected ?? []
                    $0.expectAbsent = expected == nil
                    $0.value = value
                }
            }
            self = .command(.readModifyWrite, swap.serializedBytes())
        case .transaction(let transaction):
            let request = TxnRequest(transaction, asksForRanges)
            self =
                RequestCheck.isReadOnly(request)
                ? .readOnly(request) : .command(.txn, request.serializedBytes())
        }
    }
}

extension TxnRequest {
    fileprivate init(_ transaction: Transaction, _ asksForRanges: Bool) {
        self.init()
        compare = transaction.conditions.map { Compare($0, asksForRanges) }
        success = transaction.success.map { RequestOp($0, asksForRanges) }
        failure = transaction.failure.map { RequestOp($0, asksForRanges) }
    }
}

extension Compare {
    fileprivate init(_ condition: Transaction.Condition, _ asksForRange: Bool) {
        self.init()
        key = condition.key
        if asksForRange { rangeEnd = key + [0] }
        result = .equal
        switch condition.test {
        case .holds(let expected):
            target = .value
            value = expected
        case .isAbsent:
            target = .version
            version = 0
        case .exists:
            target = .version
            result = .greater
            version = 0
        case .modRevision(let revision):
            target = .mod
            modRevision = revision
        }
    }
}

extension RequestOp {
    fileprivate init(_ step: Transaction.Step, _ asksForRange: Bool) {
        self.init()
        let end: (_ key: [UInt8]) -> [UInt8] = { asksForRange ? $0 + [0] : [] }
        switch step {
        case .get(let key):
            requestRange = .with {
                $0.key = key
                $0.rangeEnd = end(key)
            }
        case .put(let key, let value):
            requestPut = .with {
                $0.key = key
                $0.value = value
            }
        case .delete(let key):
            requestDeleteRange = .with {
                $0.key = key
                $0.rangeEnd = end(key)
            }
        }
    }
}
