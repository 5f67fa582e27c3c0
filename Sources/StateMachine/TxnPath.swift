internal import EtcdMessages
internal import MVCC

/// Which branch each transaction within a transaction takes, decided on the state before the first
/// write, in the order in which they are met. Conditions on ranges are looked at in pieces.
struct TxnPath {
    /// Of the transactions that were decided.
    private(set) var branches: [Bool] = []
    /// Those that are still to be decided, the next one last.
    private var pending: [TxnRequest]
    /// The next condition of the transaction that is being decided.
    private var place = 0
    /// A condition that was begun.
    private var scan: ConditionScan?
    /// The revision before the transaction.
    private let revision: Int64

    init(_ request: TxnRequest, at revision: Int64) {
        pending = [request]
        self.revision = revision
    }

    mutating func step(_ keyspace: Keyspace, _ turn: inout ApplyStep) throws(KVError) -> StepEnd {
        while let request = pending.last {
            var holds = true
            while holds, place < request.compare.count {
                var open = scan ?? ConditionScan(request.compare[place])
                let end = try open.step(keyspace, at: revision, &turn)
                guard case .ended = end else {
                    scan = open
                    return end
                }
                scan = nil
                holds = open.holds
                place += 1
            }
            decide(request, holds)
        }
        return .ended
    }

    private mutating func decide(_ request: TxnRequest, _ succeeds: Bool) {
        branches.append(succeeds)
        pending.removeLast()
        place = 0
        for operation in (succeeds ? request.success : request.failure).reversed() {
            if case .requestTxn(let inner)? = operation.request { pending.append(inner) }
        }
    }
}

/// Whether a condition holds for every key of its range. With no key there, a value never does,
/// and everything else is compared with 0.
private struct ConditionScan {
    private let compare: Compare
    private var rest: KeyInterval?
    private var isEmpty = true
    private var holdsForAll = true

    init(_ compare: Compare) {
        self.compare = compare
        rest = KeyInterval(key: compare.key, rangeEnd: compare.rangeEnd)
    }

    /// Once everything was looked at.
    var holds: Bool {
        guard isEmpty else { return holdsForAll }
        return compare.target != .value && holds(KeyState.absent)
    }

    /// - Throws: `compacted` if compaction has overtaken the revision: the base may have forgotten what it takes to
    ///   give its states (P32).
    mutating func step(
        _ keyspace: Keyspace, at revision: Int64, _ turn: inout ApplyStep
    ) throws(KVError) -> StepEnd {
        while let interval = rest {
            if turn.budget.isSpent { return .outOfBudget }
            if revision < keyspace.compactedRevision { throw .compacted }
            var piece: KeyPiece?
            if let needed = PieceNeeded(interval, keyspace, at: revision) {
                piece = turn.take(needed, keyspace)
                if piece == nil { return .needs(.piece(needed)) }
            }
            look(at: interval, piece, keyspace, revision, &turn)
        }
        return .ended
    }

    private mutating func look(
        at interval: KeyInterval, _ piece: KeyPiece?, _ keyspace: Keyspace, _ revision: Int64,
        _ turn: inout ApplyStep
    ) {
        var lookedAt = 1
        func look(_: [UInt8], _ state: KeyState) -> Bool {
            lookedAt += 1
            isEmpty = false
            holdsForAll = holds(state)
            return holdsForAll
        }
        let keysMax = turn.keysMax(with: piece)
        let progress: ScanProgress
        if let piece {
            progress = keyspace.merge(
                piece, of: interval, at: revision, descending: false, keysMax: keysMax, look)
        } else {
            progress = keyspace.scan(interval, at: revision, keysMax: keysMax, look)
        }
        rest = holdsForAll ? progress.rest : nil
        turn.budget.charge(keys: lookedAt)
    }

    private func holds(_ state: KeyState) -> Bool {
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

    private func difference(_ left: Int64, _ right: Int64) -> Int {
        left == right ? 0 : left < right ? -1 : 1
    }
}
