internal import EtcdMessages
internal import MVCC

/// Deletes the keys of a range, in key order.
enum DeleteRangeCommand {
    /// Deletes. The request must have been checked.
    static func execute(
        _ request: DeleteRangeRequest, _ transaction: inout WriteTransaction, _ leases: Leases
    ) -> DeleteRangeResponse {
        var response = DeleteRangeResponse()
        let interval = KeyInterval(key: request.key, rangeEnd: request.rangeEnd)
        let deleted = transaction.delete(interval) { key, state in
            if state.lease != 0 { leases.move(key, from: state.lease, to: 0) }
            if request.prevKv { response.prevKvs.append(KeyValue(key, state)) }
        }
        response.deleted = Int64(deleted)
        response.header = ResponseHeader(revision: transaction.readRevision)
        return response
    }
}
