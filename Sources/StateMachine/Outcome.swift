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
    case leaseGrant(LeaseGrantResponse)
    case leaseRevoke(LeaseRevokeResponse)
    /// Of those that were named, every one that was still the same, if who said so still led.
    case leasesExpired
    /// Users or roles were changed, or a token issued.
    case auth(AuthResult)
    /// Refused; nothing was changed.
    case failed(KVError)
}
