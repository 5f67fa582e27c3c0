internal import EtcdMessages
internal import MVCC

/// Which branch each transaction within a transaction takes, decided on the state before the first
/// write, in the order in which they are met.
struct TxnPath {
    private(set) var branches: [Bool] = []

    init(_ request: TxnRequest, _ keyspace: Keyspace) { decide(request, keyspace) }

    private mutating func decide(_ request: TxnRequest, _ keyspace: Keyspace) {
        let succeeds = request.compare.allSatisfy { TxnPath.holds($0, keyspace) }
        branches.append(succeeds)
        for operation in succeeds ? request.success : request.failure {
            if case .requestTxn(let inner)? = operation.request { decide(inner, keyspace) }
        }
    }

    /// Whether a condition holds for every key of its range. With no key there, a value never does,
    /// and everything else is compared with 0.
    private static func holds(_ compare: Compare, _ keyspace: Keyspace) -> Bool {
        let interval = KeyInterval(key: compare.key, rangeEnd: compare.rangeEnd)
        var isEmpty = true
        var holdsForAll = true
        _ = keyspace.scan(interval, at: keyspace.revision) { _, state in
            isEmpty = false
            holdsForAll = holds(compare, state)
            return holdsForAll
        }
        guard isEmpty else { return holdsForAll }
        return compare.target != .value && holds(compare, KeyState.absent)
    }

    private static func holds(_ compare: Compare, _ state: KeyState) -> Bool {
        let order: Int
        switch compare.target {
        case .version: order = difference(state.version, compare.version)
        case .create: order = difference(state.createRevision, compare.createRevision)
        case .mod: order = difference(state.modRevision, compare.modRevision)
        case .lease: order = difference(state.lease, compare.lease)
        case .value: order = KeyOrder.compare(state.value, compare.value)
        case .UNRECOGNIZED: order = 0
        }
        switch compare.result {
        case .equal: return order == 0
        case .notEqual: return order != 0
        case .greater: return order > 0
        case .less: return order < 0
        case .UNRECOGNIZED: return true
        }
    }

    private static func difference(_ left: Int64, _ right: Int64) -> Int {
        left == right ? 0 : left < right ? -1 : 1
    }
}
