internal import EtcdMessages
internal import MVCC

/// The rule that no key is written twice in operations that can execute together: no two puts of a
/// key, no put inside a deleted range. Deletes may overlap. The branches of one nested transaction
/// never execute together, so they do not conflict with each other, but both do with the rest.
struct DuplicateKeys {
    /// What one operation of a level writes; `group` is its place in the level.
    private struct Put {
        let key: [UInt8]
        var group: Int
    }
    private struct Delete {
        let interval: KeyInterval
        var group: Int
    }

    private var puts: [Put] = []
    private var deletes: [Delete] = []

    static func check(_ request: TxnRequest) throws(KVError) {
        _ = try DuplicateKeys(request.success)
        _ = try DuplicateKeys(request.failure)
    }

    /// What a level writes, itself and below, after it was found to be without conflict.
    private init(_ operations: [RequestOp]) throws(KVError) {
        for (group, operation) in operations.enumerated() {
            switch operation.request {
            case .requestPut(let request):
                puts.append(Put(key: request.key, group: group))
            case .requestDeleteRange(let request):
                let interval = KeyInterval(key: request.key, rangeEnd: request.rangeEnd)
                deletes.append(Delete(interval: interval, group: group))
            case .requestTxn(let request):
                for branch in [request.success, request.failure] {
                    add(try DuplicateKeys(branch), group: group)
                }
            case .requestRange, nil:
                break
            }
        }
        try checkLevel()
    }

    private mutating func add(_ inner: DuplicateKeys, group: Int) {
        for put in inner.puts { puts.append(Put(key: put.key, group: group)) }
        for delete in inner.deletes {
            deletes.append(Delete(interval: delete.interval, group: group))
        }
    }

    private mutating func checkLevel() throws(KVError) {
        guard puts.count > 0, puts.count + deletes.count > 1 else { return }
        puts.sort {
            let order = KeyOrder.compare($0.key, $1.key)
            return order == 0 ? $0.group < $1.group : order < 0
        }
        for index in 1..<max(1, puts.count) where puts[index - 1].key == puts[index].key {
            if puts[index - 1].group != puts[index].group { throw .duplicateKey }
        }
        if deletes.isEmpty { return }
        let nextOther = nextOfOtherGroup()
        for delete in deletes {
            var index = firstPut(notBelow: delete.interval.lower)
            if index < puts.count, puts[index].group == delete.group { index = nextOther[index] }
            if index < puts.count, delete.interval.contains(puts[index].key) {
                throw .duplicateKey
            }
        }
    }

    /// For each put the next one of another group, so that no delete looks at more than two puts.
    private func nextOfOtherGroup() -> [Int] {
        var next = [Int](repeating: puts.count, count: puts.count)
        for index in puts.indices.dropLast().reversed() {
            let isSame = puts[index].group == puts[index + 1].group
            next[index] = isSame ? next[index + 1] : index + 1
        }
        return next
    }

    private func firstPut(notBelow key: [UInt8]) -> Int {
        var low = 0
        var high = puts.count
        while low < high {
            let middle = (low + high) / 2
            if KeyOrder.compare(puts[middle].key, key) < 0 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
