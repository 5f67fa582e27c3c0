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
            try checkReadiness(for: command.kind)
            switch command.kind {
            case .put: return .put(try put(decode(command.request)))
            case .deleteRange: return .deleteRange(try deleteRange(decode(command.request)))
            case .txn: return .txn(try txn(decode(command.request), wantsResponse))
            case .compaction:
                return .compaction(try compaction(decode(command.request)))
            case .readModifyWrite:
                return .readModifyWrite(try readModifyWrite(decode(command.request)))
            case .registerSession:
                return .registerSession(registerSession(try decode(command.request)))
            case .alarm:
                return .alarm(
                    try AlarmCommand.execute(decode(command.request), &alarms, keyspace))
            case .setQuota:
                setQuota(try decode(command.request))
                return .quotaSet
            case .reportDigest:
                take(try decode(command.request))
                return .digestReported
            case .leaseGrant: return .leaseGrant(try grant(decode(command.request)))
            case .leaseRevoke: return .leaseRevoke(try revoke(decode(command.request)))
            case .expireLeases:
                expire(try decode(command.request))
                return .leasesExpired
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
        try PutCommand.check(request, keyspace, leases, isInTransaction: false)
        if injectedBug == .canary, keyspace.revision > 30 {
            return PutResponse.with { $0.header = ResponseHeader(revision: keyspace.revision + 1) }
        }
        try makeRoom(for: request.quotaCost)
        var transaction = keyspace.beginWrite()
        let response = PutCommand.execute(request, &transaction, keyspace, leases)
        transaction.end()
        return response
    }

    private func deleteRange(_ request: DeleteRangeRequest) throws(KVError) -> DeleteRangeResponse {
        try RequestCheck.deleteRange(request)
        var transaction = keyspace.beginWrite()
        let response = DeleteRangeCommand.execute(request, &transaction, leases)
        transaction.end()
        return response
    }

    private func compaction(_ request: CompactionRequest) throws(KVError) -> CompactionResponse {
        let response = try CompactionCommand.execute(request, keyspace)
        clearSpaceAlarm()
        return response
    }

    private func readModifyWrite(
        _ request: ReadModifyWriteRequest
    ) throws(KVError) -> ReadModifyWriteResponse {
        try ReadModifyWriteCommand.execute(request, keyspace) { bytes throws(KVError) in
            try makeRoom(for: bytes)
        }
    }

    private func txn(_ request: TxnRequest, _ wantsResponse: Bool) throws(KVError) -> TxnResponse {
        try RequestCheck.operations(of: request, .max)
        let path = TxnPath(request, keyspace)
        try TxnCommand.check(request, path, keyspace, leases)
        if let cost = request.quotaCost { try makeRoom(for: cost) }
        var transaction = keyspace.beginWrite()
        let response = TxnCommand.execute(
            request, path, &transaction, keyspace, leases, wantsResponse: wantsResponse)
        transaction.end()
        return response
    }
}
