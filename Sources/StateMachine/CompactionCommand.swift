internal import EtcdMessages
internal import MVCC

/// Makes old revisions unreadable.
enum CompactionCommand {
    static func execute(
        _ request: CompactionRequest, _ keyspace: Keyspace
    ) throws(KVError) -> CompactionResponse {
        do throws(KeyspaceError) {
            try keyspace.compact(to: request.revision)
        } catch {
            throw KVError(error)
        }
        var response = CompactionResponse()
        response.header = ResponseHeader(revision: keyspace.revision)
        return response
    }
}
