internal import Basics
internal import EtcdMessages
internal import MVCC

/// What alarms forbid, and the quota that raises one. The quota is part of the state, and what counts against it
/// are logical bytes, so that all replicas refuse the same writes (P28).
extension ReplicatedState {
    /// Refuses the verbs that alarms forbid.
    func checkReadiness(for kind: CommandKind) throws(KVError) {
        guard !alarms.all.isEmpty else { return }
        switch kind {
        case .put, .readModifyWrite, .deleteRange, .txn, .compaction, .leaseGrant, .leaseRevoke,
            .expireLeases, .compactionByItself:
            if alarms.forbidKeys { throw .corrupt }
        case .registerSession, .alarm, .setQuota, .reportDigest, .auth: break
        }
    }

    /// Whether keys may be read: nobody knows them to be wrong.
    package var isReadable: Bool { !alarms.forbidKeys }

    /// Refuses to read what may be wrong.
    package func checkReadable() throws(KVError) {
        if !isReadable { throw .corrupt }
    }

    /// Refuses a write of so many bytes if the store is full, or would be: nothing is written then, unlike in
    /// etcd, which may write and refuse.
    func makeRoom(for bytes: Int) throws(KVError) {
        if alarms.has(.noSpace) { throw .noSpace }
        guard quotaBytes > 0, UInt64(keyspace.logicalByteCount + bytes) > quotaBytes else { return }
        marks.hit(.quotaExceeded)
        _ = alarms.raise(
            Alarm(member: leaderBallot?.replica ?? 0, kind: .noSpace, source: .quota))
        throw .noSpace
    }

    /// Space was freed, or there is more of it: the alarm that the quota raised ends by itself, some way below
    /// the quota, lest it comes and goes with each write.
    func clearSpaceAlarm() {
        let used = UInt64(keyspace.logicalByteCount)
        let enough = quotaBytes - quotaBytes / Limits.quotaFreeParts
        guard quotaBytes == 0 || used <= enough else { return }
        if alarms.clear(.quota) { marks.hit(.quotaKeptAgain) }
    }

    /// The leader's flag counts.
    func setQuota(_ request: SetQuotaRequest) {
        quotaBytes = request.bytes
        clearSpaceAlarm()
    }
}

extension PutRequest {
    /// What the put adds at most.
    var quotaCost: Int { key.count + value.count }
}

extension TxnRequest {
    /// What the transaction adds at most, by the branch that costs more; nil if it has no put in either, and
    /// so needs no room, as in etcd.
    var quotaCost: Int? {
        [success, failure].compactMap { branch in
            let costs = branch.compactMap(\.quotaCost)
            return costs.isEmpty ? nil : costs.reduce(0, +)
        }.max()
    }
}

extension RequestOp {
    fileprivate var quotaCost: Int? {
        switch request {
        case .requestPut(let put): put.quotaCost
        case .requestTxn(let inner): inner.quotaCost
        case .requestRange, .requestDeleteRange, nil: nil
        }
    }
}
