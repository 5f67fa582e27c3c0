internal import EtcdMessages
internal import Protobuf
internal import StateMachine

/// The requests of KV whose form etcd looks at before it asks who sends them.
enum KVForm {
    case range
    case put
    case deleteRange
    case txn

    init?(path: String) {
        switch path {
        case KVMethods.range: self = .range
        case KVMethods.put: self = .put
        case KVMethods.deleteRange: self = .deleteRange
        case KVMethods.txn: self = .txn
        default: return nil
        }
    }

    /// What is wrong with a request's form. Bytes that are no request are for the method to refuse.
    func fault(in message: UnsafeRawBufferPointer, operationsMax: Int) -> CallFailure? {
        do {
            switch self {
            case .range: try RequestCheck.range(RangeRequest(serialized: message))
            case .put: try PutOutline(serialized: message).check()
            case .deleteRange:
                try RequestCheck.deleteRange(DeleteRangeRequest(serialized: message))
            case .txn:
                try RequestCheck.txn(TxnRequest(serialized: message), operationsMax: operationsMax)
            }
            return nil
        } catch {
            return (error as? KVError).map { CallFailure($0) }
        }
    }
}
