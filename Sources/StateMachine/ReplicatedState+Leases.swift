internal import Basics
internal import EtcdMessages
internal import MVCC

/// Leases: granted by clients, revoked by clients, or by the leader whose clock says that they are over.
extension ReplicatedState {
    /// Makes a lease. Doors have chosen an id where the client left that to them, and have raised the TTL to what
    /// their flags say is the least (P28).
    func grant(_ request: LeaseGrantRequest) throws(KVError) -> LeaseGrantResponse {
        guard request.id != 0 else { throw .leaseNotFound }
        guard request.ttl <= Limits.leaseSecondsMax else { throw .leaseTooLong }
        guard !leases.has(request.id) else { throw .leaseExists }
        guard leases.count < Limits.leasesMax else { throw .tooManyLeases }
        try makeRoom(for: Limits.leaseQuotaBytes)
        let ttl = max(1, request.ttl)
        leases.grant(request.id, ttlSeconds: ttl, slot: appliedSlot)
        var response = LeaseGrantResponse()
        response.header = ResponseHeader(revision: keyspace.revision)
        response.id = request.id
        response.ttl = ttl
        return response
    }

    /// Ends a lease, and with it its keys, in one revision.
    func revoke(_ request: LeaseRevokeRequest) throws(KVError) -> RevokeExecution {
        guard leases.has(request.id) else { throw .leaseNotFound }
        return RevokeExecution([request.id], .client)
    }

    /// Ends the leases whose time is over, as the leader says; each is a revision of its own. One that was deposed
    /// since says nothing: its successor has given all leases their full time again. Nor does a lease end that has
    /// got the id of the one that was meant (P27).
    func expire(_ request: ExpireLeasesRequest) -> RevokeExecution {
        let ballot = LeaderBallot(
            round: request.round, replica: request.replica, incarnation: request.incarnation)
        guard ballot == leaderBallot || injectedBug == .oldLeaderRevokes else {
            marks.hit(.expiryOfOldLeaderSkipped)
            return RevokeExecution([], .leader)
        }
        var over: [Int64] = []
        for expiry in request.leases {
            guard let row = leases.row(of: expiry.id),
                row.grantSlot == expiry.grantSlot || injectedBug == .idGrantedAgain
            else {
                marks.hit(.expiryOfOtherGrantSkipped)
                continue
            }
            over.append(expiry.id)
            marks.hit(.leaseExpired)
        }
        return RevokeExecution(over, .leader)
    }
}
