internal import EtcdMessages

// etcd's messages as our results.

extension ResponseInfo {
    init(_ header: ResponseHeader) {
        clusterID = header.clusterID
        memberID = header.memberID
        revision = header.revision
        ballotRound = header.raftTerm
    }
}

extension KeyValue {
    init(_ pair: EtcdMessages.KeyValue) {
        self.init(
            key: pair.key, value: pair.value, createRevision: pair.createRevision,
            modRevision: pair.modRevision, version: pair.version, lease: pair.lease)
    }
}

extension GetResult {
    init(_ response: RangeResponse) {
        info = ResponseInfo(response.header)
        pairs = response.kvs.map(KeyValue.init)
        hasMore = response.more
        count = response.count
    }
}

extension PutResult {
    init(_ response: PutResponse) {
        info = ResponseInfo(response.header)
        previous = response.hasPrevKv ? KeyValue(response.prevKv) : nil
    }
}

extension DeleteResult {
    init(_ response: DeleteRangeResponse) {
        info = ResponseInfo(response.header)
        deleted = response.deleted
        previous = response.prevKvs.map(KeyValue.init)
    }
}

extension TransactionResult {
    init(_ response: TxnResponse) {
        info = ResponseInfo(response.header)
        succeeded = response.succeeded
        results = response.responses.compactMap(OperationResult.init)
    }
}

extension OperationResult {
    /// Nil for a kind of operation that we never ask for.
    init?(_ response: ResponseOp) {
        switch response.response {
        case .responseRange(let range)?: self = .get(GetResult(range))
        case .responsePut(let put)?: self = .put(PutResult(put))
        case .responseDeleteRange(let deletion)?: self = .delete(DeleteResult(deletion))
        case .responseTxn(let transaction)?: self = .transaction(TransactionResult(transaction))
        case nil: return nil
        }
    }
}

extension ModifyResult {
    init(_ response: ReadModifyWriteResponse) {
        info = ResponseInfo(response.header)
        applied = response.applied
        old = response.hasOld ? KeyValue(response.old) : nil
        current = response.hasCurrent ? KeyValue(response.current) : nil
        omitsPairs = response.pairsOmitted
    }
}

extension StatusResult {
    init(_ response: StatusResponse) {
        info = ResponseInfo(response.header)
        version = response.version
        storedBytes = response.dbSize
        leader = response.leader
        ballotRound = response.raftTerm
        decidedSlot = response.raftIndex
        appliedSlot = response.raftAppliedIndex
        isLearner = response.isLearner
        errors = response.errors
        slotsBehind = response.slotsBehind
        catchUpBytesPerSecond = response.catchUpBytesPerSecond
        catchUpSecondsLeft = response.catchUpSecondsLeft == 0 ? nil : response.catchUpSecondsLeft
    }
}

extension Member {
    init(_ member: EtcdMessages.Member) {
        id = member.id
        name = member.name
        peerURLs = member.peerUrls
        clientURLs = member.clientUrls
        isLearner = member.isLearner
    }
}

extension Alarm {
    init(_ alarm: AlarmMember) {
        member = alarm.memberID
        kind = alarm.alarm == .nospace ? .noSpace : .corrupt
    }
}
