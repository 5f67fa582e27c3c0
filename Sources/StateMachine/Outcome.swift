package import EtcdMessages

/// What a command came to. Headers have the revision only; the door fills in the rest.
package enum Outcome: Equatable, Sendable {
    case put(PutResponse)
    case deleteRange(DeleteRangeResponse)
    case txn(TxnResponse)
    case compaction(CompactionResponse)
    case readModifyWrite(ReadModifyWriteResponse)
    case registerSession(RegisterSessionResponse)
    case alarm(AlarmResponse)
    case quotaSet
    case digestReported
    /// Refused; nothing was changed.
    case failed(KVError)
}
