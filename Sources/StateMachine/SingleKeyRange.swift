internal import EtcdMessages
internal import MVCC

/// The range of one key, which most reads are: no cursor, no sorting.
enum SingleKeyRange {
    /// Reads at `readRevision`, which must be readable.
    static func response(
        _ request: RangeRequest, _ keyspace: Keyspace, at readRevision: Int64, header: Int64
    ) -> RangeResponse {
        var response = RangeResponse()
        response.header = ResponseHeader(revision: header)
        guard let state = keyspace.state(of: request.key, at: readRevision) else {
            return response
        }
        response.count = 1
        if request.countOnly { return response }
        guard request.selects(state) else { return response }
        var pair = KeyValue(request.key, state)
        if request.keysOnly { pair.value = [] }
        response.kvs = [pair]
        return response
    }
}
