internal import EtcdMessages
internal import MVCC

/// What a range request selects, apart from where it is read.
struct RangeQuery {
    let request: RangeRequest
    let interval: KeyInterval
    /// Whether pairs are sorted when all are there, instead of being found in order.
    let isSortedAtEnd: Bool
    let isDescending: Bool
    /// The most pairs of the answer.
    let limit: Int

    init(_ request: RangeRequest) throws(KVError) {
        try RequestCheck.range(request)
        self.request = request
        interval = KeyInterval(key: request.key, rangeEnd: request.rangeEnd)
        isSortedAtEnd = request.sortTarget != .key
        isDescending = request.sortOrder == .descend
        limit = request.limit > 0 ? Int(request.limit) : .max
    }

    /// Whether values are neither told nor compared.
    var needsNoValues: Bool { request.keysOnly && request.sortTarget != .value }

    /// The pairs in the order that was asked for; equal ones by key, ascending.
    func sorted(_ pairs: [KeyValue]) -> [KeyValue] {
        guard isSortedAtEnd else { return pairs }
        return pairs.sorted { left, right in
            let order = compare(left, right)
            if order == 0 { return KeyOrder.compare(left.key, right.key) < 0 }
            return isDescending ? order > 0 : order < 0
        }
    }

    private func compare(_ left: KeyValue, _ right: KeyValue) -> Int {
        switch request.sortTarget {
        case .version: difference(left.version, right.version)
        case .create: difference(left.createRevision, right.createRevision)
        case .mod: difference(left.modRevision, right.modRevision)
        case .value: KeyOrder.compare(left.value, right.value)
        case .key, .UNRECOGNIZED: KeyOrder.compare(left.key, right.key)
        }
    }

    private func difference(_ left: Int64, _ right: Int64) -> Int {
        left == right ? 0 : left < right ? -1 : 1
    }
}
