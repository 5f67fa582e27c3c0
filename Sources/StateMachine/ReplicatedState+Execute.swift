internal import EtcdMessages
internal import MVCC
internal import Protobuf

extension ReplicatedState {
    /// Does what a command says, or begins with it: the only switch over the verbs.
    func start(_ command: CommandView, wantsResponse: Bool) -> CommandStart {
        do throws(KVError) {
            if auth.isEnabled { try checkRights(of: command) }
            try checkReadiness(for: command.kind)
            switch command.kind {
            case .put: return .ended(.put(try put(decode(command.request))))
            case .deleteRange: return try deleteRange(decode(command.request))
            case .txn:
                return .open(
                    .txn(
                        try TxnExecution(
                            decode(command.request), keyspace, wantsResponse: wantsResponse)))
            case .compaction, .compactionByItself:
                let execution = try CompactionExecution(decode(command.request), keyspace)
                return .open(.compaction(execution))
            case .readModifyWrite:
                return .ended(.readModifyWrite(try readModifyWrite(decode(command.request))))
            case .registerSession:
                return .ended(.registerSession(registerSession(try decode(command.request))))
            case .alarm:
                return .ended(
                    .alarm(try AlarmCommand.execute(decode(command.request), &alarms, keyspace)))
            case .setQuota:
                setQuota(try decode(command.request))
                return .ended(.quotaSet)
            case .reportDigest:
                take(try decode(command.request))
                return .ended(.digestReported)
            case .leaseGrant: return .ended(.leaseGrant(try grant(decode(command.request))))
            case .leaseRevoke: return .open(.revoke(try revoke(decode(command.request))))
            case .expireLeases: return .open(.revoke(expire(try decode(command.request))))
            case .auth: return .ended(.auth(try changeAuth(decode(command.request))))
            }
        } catch {
            return .ended(.failed(error))
        }
    }

    /// Goes on with a command; gives its outcome when it has ended.
    func goOn(_ work: OpenWork, _ turn: inout ApplyStep) -> (end: StepEnd, outcome: Outcome?) {
        do throws(KVError) {
            let end: StepEnd
            switch work {
            case .deleteRange(let execution): end = execution.step(keyspace, leases, &turn)
            case .txn(let execution):
                end = try execution.step(keyspace, leases, &turn) { bytes throws(KVError) in
                    try makeRoom(for: bytes)
                }
            case .compaction(let execution): end = try execution.step(keyspace, &turn)
            case .revoke(let execution): end = execution.step(keyspace, leases, &turn)
            }
            guard case .ended = end else { return (end, nil) }
            return (end, outcome(of: work))
        } catch {
            return (.ended, .failed(error))
        }
    }

    private func outcome(of work: OpenWork) -> Outcome {
        switch work {
        case .deleteRange(let execution): return .deleteRange(execution.response)
        case .txn(let execution): return .txn(execution.response)
        case .compaction(let execution):
            clearSpaceAlarm()
            return .compaction(execution.response(keyspace))
        case .revoke(let execution): return outcome(of: execution)
        }
    }

    private func outcome(of execution: RevokeExecution) -> Outcome {
        switch execution.reason {
        case .leader: return .leasesExpired
        case .client:
            var response = LeaseRevokeResponse()
            response.header = ResponseHeader(revision: keyspace.revision)
            return .leaseRevoke(response)
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

    private func deleteRange(_ request: DeleteRangeRequest) throws(KVError) -> CommandStart {
        try RequestCheck.deleteRange(request)
        guard request.rangeEnd.isEmpty else {
            return .open(.deleteRange(DeleteExecution(request, keyspace)))
        }
        var transaction = keyspace.beginWrite()
        let response = DeleteRangeCommand.execute(request, &transaction, leases)
        transaction.end()
        return .ended(.deleteRange(response))
    }

    private func readModifyWrite(
        _ request: ReadModifyWriteRequest
    ) throws(KVError) -> ReadModifyWriteResponse {
        try ReadModifyWriteCommand.execute(request, keyspace) { bytes throws(KVError) in
            try makeRoom(for: bytes)
        }
    }
}
