internal import EtcdMessages
internal import MVCC

/// Deletes one key.
enum DeleteRangeCommand {
    /// Deletes. The request must have been checked, and name one key.
    static func execute(
        _ request: DeleteRangeRequest, _ transaction: inout WriteTransaction, _ leases: Leases
    ) -> DeleteRangeResponse {
        var response = DeleteRangeResponse()
        let deleted = transaction.delete(.single(request.key)) { key, state in
            if state.lease != 0 { leases.move(key, from: state.lease, to: 0) }
            if request.prevKv { response.prevKvs.append(KeyValue(key, state)) }
        }
        response.deleted = Int64(deleted)
        response.header = ResponseHeader(revision: transaction.readRevision)
        return response
    }
}

/// Deletes the keys of a range in pieces, in key order.
struct DeleteCursor {
    private let request: DeleteRangeRequest
    private(set) var response = DeleteRangeResponse()
    private var rest: KeyInterval?

    /// The request must have been checked.
    init(_ request: DeleteRangeRequest) {
        self.request = request
        rest = KeyInterval(key: request.key, rangeEnd: request.rangeEnd)
    }

    mutating func step(
        _ transaction: inout WriteTransaction, _ keyspace: Keyspace, _ leases: Leases,
        _ turn: inout ApplyStep
    ) -> StepEnd {
        while let interval = rest {
            if turn.budget.isSpent { return .outOfBudget }
            var piece: KeyPiece?
            if !keyspace.isAllKnown(at: .max) {
                let needed = PieceNeeded(interval: interval, revision: nil, descending: false)
                piece = turn.take(needed, keyspace)
                if piece == nil { return .needs(.piece(needed)) }
            }
            let before = response.deleted
            rest = transaction.deletePiece(
                of: interval, with: piece, keysMax: turn.keysMax(with: piece)
            ) { key, state in
                response.deleted += 1
                if state.lease != 0 { leases.move(key, from: state.lease, to: 0) }
                if request.prevKv { response.prevKvs.append(KeyValue(key, state)) }
            }
            turn.budget.charge(keys: max(1, Int(response.deleted - before)))
        }
        response.header = ResponseHeader(revision: transaction.readRevision)
        return .ended
    }
}

/// A deleted range that is a command of its own.
final class DeleteExecution {
    private var cursor: DeleteCursor
    private var transaction: WriteTransaction?

    init(_ request: DeleteRangeRequest, _ keyspace: Keyspace) {
        cursor = DeleteCursor(request)
        transaction = keyspace.beginWrite()
    }

    func step(_ keyspace: Keyspace, _ leases: Leases, _ turn: inout ApplyStep) -> StepEnd {
        let end = cursor.step(&transaction!, keyspace, leases, &turn)
        if case .ended = end { transaction.take()?.end() }
        return end
    }

    var response: DeleteRangeResponse { cursor.response }
}
