internal import EtcdMessages
internal import MVCC
internal import Protobuf

extension ReplicatedState {
    /// Does what a command says, if it carries a session only once.
    func execute(_ command: CommandView, wantsResponse: Bool) -> Outcome {
        if let session = command.session { return executeOnce(command, session) }
        return perform(command, wantsResponse: wantsResponse)
    }

    /// Does what a command says: the only switch over the verbs.
    func perform(_ command: CommandView, wantsResponse: Bool) -> Outcome {
        do throws(KVError) {
            switch command.kind {
            case .put: return .put(try put(decode(command.request)))
            case .deleteRange: return .deleteRange(try deleteRange(decode(command.request)))
            case .txn: return .txn(try txn(decode(command.request), wantsResponse))
            case .compaction:
                return .compaction(
                    try CompactionCommand.execute(decode(command.request), keyspace))
            case .readModifyWrite:
                return .readModifyWrite(
                    try ReadModifyWriteCommand.execute(decode(command.request), keyspace))
            case .registerSession:
                return .registerSession(registerSession(try decode(command.request)))
            }
        } catch {
            return .failed(error)
        }
    }

    private func decode<Message: ProtobufMessage>(
        _ bytes: UnsafeRawBufferPointer
    ) throws(KVError) -> Message {
        do throws(WireError) {
            return try Message(serialized: bytes)
        } catch {
            throw .malformedCommand
        }
    }

    private func put(_ request: PutRequest) throws(KVError) -> PutResponse {
        try PutCommand.check(request, keyspace, isInTransaction: false)
        if injectedBug == .canary, keyspace.revision > 30 {
            return PutResponse.with { $0.header = ResponseHeader(revision: keyspace.revision + 1) }
        }
        var transaction = keyspace.beginWrite()
        let response = PutCommand.execute(request, &transaction, keyspace)
        transaction.end()
        return response
    }

    private func deleteRange(_ request: DeleteRangeRequest) throws(KVError) -> DeleteRangeResponse {
        try RequestCheck.deleteRange(request)
        var transaction = keyspace.beginWrite()
        let response = DeleteRangeCommand.execute(request, &transaction)
        transaction.end()
        return response
    }

    private func txn(_ request: TxnRequest, _ wantsResponse: Bool) throws(KVError) -> TxnResponse {
        try RequestCheck.operations(of: request, .max)
        let path = TxnPath(request, keyspace)
        try TxnCommand.check(request, path, keyspace)
        var transaction = keyspace.beginWrite()
        let response = TxnCommand.execute(
            request, path, &transaction, keyspace, wantsResponse: wantsResponse)
        transaction.end()
        return response
    }
}
