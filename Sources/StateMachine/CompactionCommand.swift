internal import EtcdMessages
internal import MVCC

/// Makes old revisions unreadable. What they have counted may have to be fetched.
struct CompactionExecution {
    let request: CompactionRequest

    init(_ request: CompactionRequest, _ keyspace: Keyspace) throws(KVError) {
        self.request = request
        do throws(KeyspaceError) {
            try keyspace.checkCompactable(request.revision)
        } catch {
            throw KVError(error)
        }
    }

    func step(_ keyspace: Keyspace, _ turn: inout ApplyStep) throws(KVError) -> StepEnd {
        let need = ApplyNeed.firstChange(from: request.revision)
        var first: FlushedChange?
        if keyspace.needsFirstChange(of: request.revision) {
            guard case .firstChange(let change)? = turn.take(need, keyspace) else {
                return .needs(need)
            }
            first = change
        }
        do throws(KeyspaceError) {
            try keyspace.compact(to: request.revision, firstFlushed: first)
        } catch {
            throw KVError(error)
        }
        return .ended
    }

    func response(_ keyspace: Keyspace) -> CompactionResponse {
        var response = CompactionResponse()
        response.header = ResponseHeader(revision: keyspace.revision)
        return response
    }
}
