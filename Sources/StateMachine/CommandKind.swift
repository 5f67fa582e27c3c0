/// The verbs of the log. The numbers are in the log: they are never used for anything else.
package enum CommandKind: UInt8, CaseIterable, Sendable {
    /// `etcdserverpb.PutRequest`
    case put = 1
    /// `etcdserverpb.DeleteRangeRequest`
    case deleteRange = 2
    /// `etcdserverpb.TxnRequest`
    case txn = 3
    /// `etcdserverpb.CompactionRequest`
    case compaction = 4
    /// `synodpb.ReadModifyWriteRequest`
    case readModifyWrite = 5
    /// `synodpb.RegisterSessionRequest`
    case registerSession = 6
    /// `etcdserverpb.AlarmRequest`
    case alarm = 7
    /// `synodpb.SetQuotaRequest`; proposed by the leader's node, never by a client
    case setQuota = 8
    /// `synodpb.ReportDigestRequest`; proposed by each node for itself, never by a client
    case reportDigest = 9
    /// `etcdserverpb.LeaseGrantRequest`
    case leaseGrant = 10
    /// `etcdserverpb.LeaseRevokeRequest`
    case leaseRevoke = 11
    /// `synodpb.ExpireLeasesRequest`; proposed by the leader's node, never by a client
    case expireLeases = 12
    /// `synodpb.AuthCommand`
    case auth = 13
    /// `etcdserverpb.CompactionRequest`; proposed by the leader's node by itself, never by a client
    case compactionByItself = 14

    /// Whether a client may propose it in a session.
    var maySayItsSession: Bool {
        switch self {
        case .put, .deleteRange, .txn, .compaction, .readModifyWrite, .alarm,
            .leaseGrant, .leaseRevoke:
            true
        case .registerSession, .setQuota, .reportDigest, .expireLeases, .auth,
            .compactionByItself:
            false
        }
    }
}
